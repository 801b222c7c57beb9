"""A broker process: Mosquitto where the machine has it, else the street's embedded one."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from gateway_process import PATIENCE_S, free_port


class Broker:
    """A broker process that can be stopped and started on the same port."""

    def __init__(self, folder: Path, embedded: bool = False):
        self.port = free_port(socket.SOCK_STREAM)
        self.folder = folder
        self._embedded = embedded
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Broker":
        """Run it, and wait until it listens."""
        self._process = subprocess.Popen(
            self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the broker does not listen")

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE_S)
            self._process = None

    def _command(self) -> list[str]:
        mosquitto = mosquitto_path()
        if self._embedded or mosquitto is None:
            return [sys.executable, "-m", "corolle_hil.broker", "--port", str(self.port)]
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {self.folder}/\n"
            "max_queued_messages 0\n"  # a city that reads slowly is not to miss what the gateway has told
        )
        return [mosquitto, "-c", str(config)]


def mosquitto_path() -> str | None:
    """Mosquitto, if this machine has it; Debian puts it where not every user looks."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")
