"""The real gateway as a process of its own, and the time it lives in."""

import contextlib
import itertools
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from radio_device import Device

PATIENCE_S = 20.0  # for what comes in a moment, on a machine that has a hundred other things to do
# Below the ports that systems hand out (Linux: from 32768), so that nobody is given one meanwhile.
_PORTS = range(20_000, 32_000)
_ports = itertools.count(os.getpid() * 97)


def free_port(kind: int) -> int:
    """A port nobody is using now, nor is given by chance. `kind`: socket.SOCK_DGRAM or SOCK_STREAM."""
    for number in itertools.islice(_ports, len(_PORTS)):
        port = _PORTS[number % len(_PORTS)]
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class GatewayProcess:
    """`corolle-gateway run` on a folder of its own. It can be killed and started again.

    `broker` is what stands in its configuration under [broker], `more` what else it says; `radio` is the
    section of its way to the units, [lorawan] on a port of its own, PORT, unless another one is given.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        broker: str,
        devices: list[Device],
        clock: Path | None = None,
        more: str = "",
        radio: str | None = None,
    ):
        self.folder = folder
        self.name = name
        self.port = free_port(socket.SOCK_DGRAM)
        self.database = folder / "data" / "gateway.sqlite"
        self.log = folder / "log"
        self._config = folder / "gateway.toml"
        self._process: subprocess.Popen[bytes] | None = None
        self.units = folder / "units.json"
        self.list_units(*(device.registration() for device in devices))
        self._config.write_text(
            f'[gateway]\nsite = "quai"\nname = "{name}"\ndata_dir = "data"\n'
            + (radio or "[lorawan]\nport = PORT\n").replace("PORT", str(self.port))
            + f"[broker]\n{broker}\n"
            '[units]\nfile = "units.json"\n'
            + (f'[clock]\nfile = "{clock}"\n' if clock else "")
            + '[log]\nlevel = "debug"\n'
            + more
        )

    def list_units(self, *entries: dict[str, Any]) -> None:
        """Put another list of units in the place of the one before, as the tools do."""
        fresh = self.folder / ".units.json.fresh"
        fresh.write_text(json.dumps({"units": entries}))
        fresh.chmod(0o600)
        fresh.replace(self.units)

    def reload(self) -> None:
        """SIGHUP."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def start(self, stdin: int | None = None) -> None:
        """Run it, at a terminal of its own where one is given."""
        command = [sys.executable, "-m", "corolle_gateway.app", "run", "--config", str(self._config)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=stdin, stderr=log)

    def wait_log(self, text: str, wait_s: float = PATIENCE_S) -> str:
        """The first line of its log with this text; one that has ended is not waited for."""
        end = time.monotonic() + wait_s
        lives = True
        while lives and time.monotonic() < end:
            lives = self._process is not None and self._process.poll() is None
            for line in self.log.read_text().splitlines():
                if text in line:
                    return line
            time.sleep(0.02)
        raise AssertionError(f"no {text!r} in the log:\n{self.log.read_text()}")

    def limit_files(self, size: int) -> None:
        """No file may grow beyond so many bytes from now on."""
        if self._process:
            hard = resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def memory_kb(self) -> int:
        """What it has in memory (VmRSS)."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """It stands still meanwhile, so that it does not tell a broker what nobody there listens to yet."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        return self._end(signal.SIGTERM)

    def wait_end(self) -> int:
        """Wait until it has ended by itself; the exit status."""
        if self._process is None:
            return 0
        status = self._process.wait(PATIENCE_S)
        self._process = None
        return status

    def _end(self, number: int) -> int:
        if self._process:
            self._process.send_signal(number)  # nothing happens to one that has ended
        return self.wait_end()


class StreetClock:
    """Writes a clock file as a virtual street does, `speed` times as fast as life."""

    def __init__(self, path: Path, speed: float, start_s: float):
        self.path = path
        self._pace = start_s, time.monotonic(), speed  # one thing, for a thread reads it
        self._ended = threading.Event()
        self._write()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def now(self) -> float:
        """Street time."""
        start_s, begun_s, speed = self._pace
        return start_s + (time.monotonic() - begun_s) * speed

    def jump(self, by_s: float) -> None:
        """Set it forward or back."""
        start_s, begun_s, speed = self._pace
        self._pace = start_s + by_s, begun_s, speed

    def go(self, speed: float) -> None:
        """Go on from here so many times as fast as life."""
        self._pace = self.now(), time.monotonic(), speed

    def close(self) -> None:
        """Stop time."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        with self.path.open("r+b", buffering=0) as file:
            while not self._ended.wait(0.004):
                os.pwrite(file.fileno(), self._said(), 0)

    def _write(self) -> None:
        self.path.write_bytes(self._said())

    def _said(self) -> bytes:
        return struct.pack("<dd", self.now(), self._pace[2])
