"""Every datagram between concentrator and gateway, one JSON object a line."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_KINDS = ("PUSH_DATA", "PUSH_ACK", "PULL_DATA", "PULL_RESP", "PULL_ACK", "TX_ACK")
_WITH_EUI = ("PUSH_DATA", "PULL_DATA", "TX_ACK")  # the concentrator's 8 bytes follow the 4 of the header


class Tape:
    """Writes datagrams down as they pass, for whoever wants to decode them with other tools."""

    def __init__(self, path: Path):
        self._file = open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a")

    def __call__(self, direction: str, unix_us: int, data: bytes) -> None:
        """Note one datagram: "up" goes to the gateway, "down" comes from it."""
        moment = datetime.fromtimestamp(unix_us / 1e6, UTC).isoformat(timespec="microseconds")
        line = {
            "time": moment.replace("+00:00", "Z"),
            "direction": direction,
            "hex": data.hex(),
            **_read(data),
        }
        print(json.dumps(line), file=self._file)

    def close(self) -> None:
        """No more."""
        self._file.close()


def _read(data: bytes) -> dict[str, Any]:
    """What a datagram says, as far as it can be read."""
    if len(data) < 4 or data[3] >= len(_KINDS):
        return {}
    kind = _KINDS[data[3]]
    try:
        return {"kind": kind, "body": json.loads(data[12 if kind in _WITH_EUI else 4 :])}
    except ValueError:
        return {"kind": kind}
