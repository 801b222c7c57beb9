"""A gateway beside a simulated device: the real one, with the street's broker, as processes of their own."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from corolle_hil.bench.city import Broker, City

_HOST = "127.0.0.1"
_SITE, _NAME = "bench", "gw"
_START_S = 30.0
_LOOK_S = 0.02
_LAST_WORDS = 2000  # characters


class GatewayBeside:
    """`city` hears it and orders through it; concentrators speak to `address`.

    Raises RuntimeError with a program's last words when it does not come up.
    """

    def __init__(self, folder: Path, units: list[dict[str, Any]], clock: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.address = _HOST, _free_port(socket.SOCK_DGRAM)
        port = _free_port(socket.SOCK_STREAM)
        with ExitStack() as stack:
            broker = _Program(folder / "broker.log", ["corolle_hil.broker", "--port", str(port)])
            stack.callback(broker.end)
            broker.wait(lambda: "listening on" in broker.words())
            self.city = City(Broker(_HOST, port, f"corolle/{_SITE}/{_NAME}"))
            stack.callback(self.city.close)
            config = _configure(folder, units, clock, self.address[1], port)
            gateway = _Program(
                folder / "gateway.log", ["corolle_gateway.app", "run", "--config", str(config)]
            )
            stack.callback(gateway.end)
            gateway.wait(self.city.online.is_set)
            self._stack = stack.pop_all()

    def close(self) -> None:
        """End it."""
        self._stack.close()


class _Program:
    """A module of ours that runs as a process."""

    def __init__(self, log: Path, words: list[str]):
        self._log = log
        with log.open("wb") as file:
            self._process = subprocess.Popen([sys.executable, "-m", *words], stdout=file, stderr=file)

    def words(self) -> str:
        """What it has said."""
        return self._log.read_text(errors="replace")

    def wait(self, is_up: Callable[[], bool]) -> None:
        """Wait until it is up. Raises RuntimeError when it ends before, or does not come."""
        deadline_s = time.monotonic() + _START_S
        while not is_up():
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                raise RuntimeError(
                    f"{self._log.stem} does not come up; its last words:\n{self.words()[-_LAST_WORDS:]}"
                )
            time.sleep(_LOOK_S)

    def end(self) -> None:
        """Ask it to end, and wait for that."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _configure(folder: Path, units: list[dict[str, Any]], clock: Path, udp_port: int, mqtt_port: int) -> Path:
    listed = folder / "units.json"
    listed.touch(0o600)
    listed.write_text(json.dumps({"units": units}))
    config = folder / "gateway.toml"
    config.write_text(
        f'[gateway]\nsite = "{_SITE}"\nname = "{_NAME}"\ndata_dir = {json.dumps(str(folder / "data"))}\n'
        f'[lorawan]\nbind = "{_HOST}"\nport = {udp_port}\n'
        f'[broker]\nurl = "mqtt://{_HOST}:{mqtt_port}"\n'
        f"[units]\nfile = {json.dumps(str(listed))}\n"
        f"[clock]\nfile = {json.dumps(str(clock))}\n"
    )
    return config


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((_HOST, 0))
        return probe.getsockname()[1]
