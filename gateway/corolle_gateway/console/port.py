"""A serial port in the event loop: raw, never waited for, paced as fast as its line goes and no faster."""

import asyncio
import errno
import os
import termios
from collections.abc import Callable
from contextlib import suppress

from corolle_gateway.console.sending import Sending

_BITS_A_BYTE = 10
_CHUNK_S = 0.05  # of the line's time in a chunk: so soon it shows that somebody has pressed q
_LEAST_BYTES = 32


class Port:
    """An open port. OSError when it cannot be opened, or is no terminal.

    What is read goes to `receive`; `lost` is set when the cable or the other end is gone. Neither a terminal
    that reads nothing nor one that sends without end takes more of the gateway's time than its line carries.
    """

    def __init__(self, device: str, baud: int, sending: Sending, receive: Callable[[bytes], None]):
        self._loop = asyncio.get_running_loop()
        self._byte_s = _BITS_A_BYTE / baud
        self._chunk = max(_LEAST_BYTES, int(_CHUNK_S / self._byte_s))
        self._sending = sending
        self._receive = receive
        self._writable = asyncio.Event()
        self._resting: asyncio.TimerHandle | None = None
        self.lost = asyncio.Event()
        self._fd = _opened(device, baud)
        self._loop.add_reader(self._fd, self._read)
        self._pump = self._loop.create_task(self._send())

    def close(self) -> None:
        """Leave the port. What waits in it is thrown away: closing a serial port waits for it otherwise."""
        self._pump.cancel()
        if self._resting:
            self._resting.cancel()
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        with suppress(termios.error):
            termios.tcflush(self._fd, termios.TCIOFLUSH)
        os.close(self._fd)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, self._chunk)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose()
            return
        self._loop.remove_reader(self._fd)
        self._resting = self._loop.call_later(len(data) * self._byte_s, self._listen)
        self._receive(data)

    def _listen(self) -> None:
        self._resting = None
        self._loop.add_reader(self._fd, self._read)

    def _lose(self) -> None:
        """A port that has hung up would be readable for ever."""
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self.lost.set()

    async def _send(self) -> None:
        """What the system's own buffer would hold could be neither dropped nor overtaken: it stays short."""
        while True:
            data = await self._sending.take(self._chunk)
            while data:
                written = self._written(data)
                if written < 0:
                    self._lose()
                    return
                if not written:
                    self._writable.clear()
                    self._loop.add_writer(self._fd, self._can_write)
                    await self._writable.wait()
                data = data[written:]
                await asyncio.sleep(written * self._byte_s)

    def _written(self, data: bytes) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError:
            return -1

    def _can_write(self) -> None:
        self._loop.remove_writer(self._fd)
        self._writable.set()


def _opened(device: str, baud: int) -> int:
    """No carrier is waited for, and the port does not become ours to be interrupted by (termios(3))."""
    fd = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _make_raw(fd, baud)
    except termios.error as error:
        os.close(fd)
        raise OSError(error.args[0] if error.args else errno.ENOTTY, "not a serial port") from error
    return fd


def _make_raw(fd: int, baud: int) -> None:
    """8 bits, no parity, no flow control; a break or a framing error is a byte that is not there."""
    speed = getattr(termios, f"B{baud}")
    state = termios.tcgetattr(fd)
    state[0] = termios.IGNBRK | termios.IGNPAR
    state[1] = 0
    state[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
    state[3] = 0
    state[4] = state[5] = speed
    state[6][termios.VMIN], state[6][termios.VTIME] = 1, 0
    termios.tcsetattr(fd, termios.TCSANOW, state)
