"""What a benchmark runs beside itself: the real gateway, and a broker that cities run."""

import getpass
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from corolle_tools.bench.lamps import Lamp

SITE, NAME = "bench", "gw"
TOPICS = f"corolle/{SITE}/{NAME}"
_PATIENCE_S = 10.0
_STORE_MB = 1_000_000  # the most there may be: a report that had to go would look as if it were lost
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def free_port(kind: int) -> int:
    """A port nobody is using now. `kind`: socket.SOCK_DGRAM or SOCK_STREAM."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """Mosquitto where the machine has it, else the street's embedded broker; both keep their sessions."""

    def __init__(self, folder: Path):
        self.port = free_port(socket.SOCK_STREAM)
        self._folder = folder
        self._mosquitto = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin")
        self._process: subprocess.Popen[bytes] | None = None
        self.name = "mosquitto" if self._mosquitto else "the embedded broker"

    def start(self) -> None:
        """Run it, and wait until it listens. Raises TimeoutError."""
        self._process = subprocess.Popen(
            self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end_s = time.monotonic() + _PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.1).close()
                return
            except OSError as error:
                if time.monotonic() > end_s:
                    raise TimeoutError("the broker does not listen") from error
                time.sleep(0.02)

    def stop(self) -> None:
        """End it as a service manager would: it stores its sessions."""
        if self._process:
            self._process.terminate()
            self._process.wait(_PATIENCE_S)
            self._process = None

    def _command(self) -> list[str]:
        if self._mosquitto is None:
            return [sys.executable, "-m", "corolle_hil.broker", "--port", str(self.port)]
        config = self._folder / "mosquitto.conf"
        config.write_text(
            f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {self._folder}/\nmax_queued_messages 0\n"
        )
        return [self._mosquitto, "-c", str(config)]


class Gateway:
    """`corolle-gateway run` in a folder of its own, with these lamps registered.

    `radio`: the section of its way to them, if that is not a network server of its own.
    """

    def __init__(
        self,
        folder: Path,
        broker_port: int,
        lamps: list[Lamp],
        clock: Path | None = None,
        radio: str | None = None,
    ):
        folder.mkdir(exist_ok=True)
        self.port = free_port(socket.SOCK_DGRAM)
        self.database = folder / "data" / "gateway.sqlite"
        self.log = folder / "gateway.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._config = folder / "gateway.toml"
        units = folder / "units.json"
        units.write_text(json.dumps({"units": [lamp.registration() for lamp in lamps]}))
        units.chmod(0o600)
        self._config.write_text(
            f'[gateway]\nsite = "{SITE}"\nname = "{NAME}"\ndata_dir = "data"\n'
            + (radio or f"[lorawan]\nport = {self.port}\n")
            + f'[broker]\nurl = "mqtt://127.0.0.1:{broker_port}"\n'
            f"[store]\nmax_mb = {_STORE_MB}\n"
            '[units]\nfile = "units.json"\n' + (f'[clock]\nfile = "{clock}"\n' if clock else "")
        )

    def start(self) -> None:
        """Run it; its log goes to `log`."""
        command = [sys.executable, "-m", "corolle_gateway.app", "run", "--config", str(self._config)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stderr=log)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        return self._end(signal.SIGTERM)

    def cpu_s(self) -> float:
        """CPU seconds it has used so far, in user space and in the kernel."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S  # utime, stime: proc(5)

    def peak_rss_mb(self) -> float:
        """The most memory it has held at once, in MB of 10**6 bytes."""
        return self._memory_mb("VmHWM:")

    def rss_mb(self) -> float:
        """The memory it holds now, in MB of 10**6 bytes."""
        return self._memory_mb("VmRSS:")

    def _memory_mb(self, name: str) -> float:
        line = next(line for line in self._proc("status").splitlines() if line.startswith(name))
        return int(line.split()[1]) * 1024 / 1e6

    def _proc(self, name: str) -> str:
        if self._process is None or self._process.poll() is not None:
            raise ConnectionError("the gateway does not run any more")
        return Path(f"/proc/{self._process.pid}/{name}").read_text()

    def _end(self, number: int) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        status = self._process.wait(_PATIENCE_S)
        self._process = None
        return status
