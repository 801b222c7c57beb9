"""What a test puts on a real unit's flash, and how all is put back afterwards."""

import json
from collections.abc import Callable
from typing import Any

from corolle_hil.bench.real.board_port import BoardPort
from corolle_hil.bench.rig import PLACE_DEG, Load

_UNIT, _MAIN, _BOARD = "/unit.json", "/main.py", "/board.json"
# Counters and the session stay as they are: a nonce that is used twice shuts a unit out of its network.
_RECORDS = ("settings", "override", "cap")
_TOUCHED = (_UNIT, _MAIN, "/crashed", *(f"/data/{name}.{copy}" for name in _RECORDS for copy in "ab"))
_CLOCK = "import machine, time\nt = time.gmtime({})\nmachine.RTC().datetime(t[:3] + (t[6],) + t[3:6] + (0,))"
# A DS3231: seven registers in BCD; bit 7 of its status says that it had stopped (19-5170, table 1).
_CLOCK_CHIP = """
from machine import I2C, Pin
bcd = lambda n: n // 10 << 4 | n % 10
bus = I2C({id}, sda=Pin({sda}), scl=Pin({scl}))
day = t[6] + 1, bcd(t[2]), bcd(t[1]), bcd(t[0] - 2000)
bus.writeto_mem({address}, 0, bytes((bcd(t[5]), bcd(t[4]), bcd(t[3])) + day))
bus.writeto_mem({address}, 15, bytes((bus.readfrom_mem({address}, 15, 1)[0] & 0x7F,)))
"""
# Forgotten only, and never put back: the network has another one by then. The nonces stay.
_SESSION = ("/data/lorawan.a", "/data/lorawan.b")
_EPOCH_2000_S = 946_684_800


class Loader:
    """Needs the board's prompt. What stands on the flash at first is what is put back."""

    def __init__(self, port: BoardPort):
        self._port = port
        self._before = {path: port.read_file(path) for path in _TOUCHED}
        self.board: dict[str, Any] = _facts(port.read_file(_BOARD), _BOARD)

    def check(self, name: str, board: str) -> None:
        """Raises LookupError when it is another unit, or another board, than the rig's file says."""
        unit, there = _facts(self._before[_UNIT], _UNIT).get("name"), self.board.get("name")
        if (unit, there) != (name, board):
            raise LookupError(f"at its port is {unit}, a {there}, and the rig's file has {name}, a {board}")

    def put(self, load: Load, on_piece: Callable[[], None] = lambda: None) -> None:
        """Put a load on the flash; what earlier tests left there goes. `on_piece`: see BoardPort."""
        facts = _facts(self._before[_UNIT], _UNIT)
        lat_deg, lon_deg = PLACE_DEG
        told = {"lat_deg": lat_deg, "lon_deg": lon_deg, "programme": load.programme}
        settings = {"settings": facts.get("settings", {}) | dict(load.settings)}
        files = dict.fromkeys(_TOUCHED) | {_UNIT: json.dumps(facts | told | settings).encode()}
        files[_MAIN] = self._before[_MAIN] if load.main is None else load.main
        self._write(files | (dict.fromkeys(_SESSION) if load.joins else {}), on_piece)

    def set_clock(self, unix_s: int) -> None:
        """Set the controller's clock, which a reset does not stop, and the clock chip it may have.

        The failed boots that a node counts in the memory beside that clock are forgotten: a test's resets
        would soon lead to safe mode.
        """
        self._port.run(_CLOCK.format(unix_s - _EPOCH_2000_S))
        self._port.run("machine.RTC().memory(b'')")
        rtc = self.board["fitted"].get("rtc")
        if rtc:
            bus = self.board["buses"][rtc["bus"]]
            where = {name: bus[name] for name in ("id", "sda", "scl")} | {"address": rtc["address"]}
            self._port.run(_CLOCK_CHIP.format(**where))

    def put_back(self) -> None:
        """All is as it was."""
        self._write(self._before)

    def _write(self, files: dict[str, bytes | None], on_piece: Callable[[], None] = lambda: None) -> None:
        for path, content in files.items():
            self._port.write_file(path, content, on_piece)


def _facts(content: bytes | None, path: str) -> dict[str, Any]:
    facts = json.loads(content or b"null")
    if not isinstance(facts, dict):
        raise LookupError(f"no {path} on the board: flash and provision it first")
    return facts
