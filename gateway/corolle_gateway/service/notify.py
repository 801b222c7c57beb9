"""What systemd is told: the protocol of sd_notify(3), a line a fact on a datagram socket."""

import os
import socket
from collections.abc import Mapping


class Notifier:
    """Tells the service manager how things are; without one, nothing. OSError when it cannot be reached."""

    def __init__(self, environment: Mapping[str, str] = os.environ):
        self.watchdog_s = _watchdog_s(environment)
        self._socket: socket.socket | None = None
        address = environment.get("NOTIFY_SOCKET")
        if address:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
            self._socket.setblocking(False)
            # One that begins with "@" is of Linux's abstract namespace.
            self._socket.connect("\0" + address[1:] if address.startswith("@") else address)

    def tell(self, **facts: object) -> None:
        """READY=1, WATCHDOG=1, STATUS=...; what systemd has no room for now is told the next time."""
        if self._socket:
            try:
                self._socket.send("\n".join(f"{name}={value}" for name, value in facts.items()).encode())
            except BlockingIOError:
                return

    def close(self) -> None:
        """Nothing more is told."""
        if self._socket:
            self._socket.close()
            self._socket = None


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    """How long this process may be silent (sd_watchdog_enabled(3)); None: nobody watches."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 1e6 if microseconds.isdigit() else None
