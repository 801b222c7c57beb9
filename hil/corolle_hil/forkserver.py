"""Start boards in a millisecond: one process imports the interpreter once and forks a copy for each.

Run as `python -m corolle_hil.forkserver FD`; FD is a socket on which each message asks for a board
(an Order in JSON, and its descriptors: the world's socket, the console and, if it has one, the keyboard).
The answer is the board's process id.
"""

import contextlib
import ctypes
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

_SCRIPTS = Path(__file__).parent / "scripts"
_BOARD_FD = 3  # shims/link.py opens this one


@dataclass(frozen=True)
class Order:
    """An interpreter as it is wanted.

    Attributes:
        heap_bytes: hard limit of its heap.
        script: one of the folder scripts/: a boot, an installation, a measurement, a test.
        argument: what the script takes.
        rom: a ROMFS image that lies in its memory, as flash does in that of an ESP32; none without.
        prompt: whether MicroPython's prompt follows the script, and reads the keyboard.
    """

    heap_bytes: int
    script: str = "boot"
    argument: str = ""
    rom: str = ""
    prompt: bool = False


class ForkServer:
    """A process that makes boards.

    Args:
        shims: the folder of compiled shims, which stands in for the ESP32 port's own modules.
    """

    def __init__(self, shims: Path):
        self._shims = shims
        self._sock, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "corolle_hil.forkserver", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def spawn(self, order: "Order", world: socket.socket, *console_fds: int) -> int:
        """Start an interpreter on its ends of the pipes (console, keyboard); returns its process id."""
        message = json.dumps({**asdict(order), "shims": str(self._shims)}).encode()
        socket.send_fds(self._sock, [message], [world.fileno(), *console_fds])
        answer = self._sock.recv(64)
        if not answer:
            raise RuntimeError("the fork server ended")
        return int(answer)

    def close(self) -> None:
        """End the server. Boards end when their world closes their socket."""
        self._sock.close()
        self._process.wait()


def serve(sock: socket.socket) -> None:
    """Fork a board for each request until the asker is gone."""
    import micropython_module  # the cost that is paid once

    roms = Roms()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for boards: let the kernel bury them
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is the street's business
    while True:
        message, fds, _, _ = socket.recv_fds(sock, 4096, 3)
        if not message:
            return
        order = json.loads(message)
        rom = roms.place(order["rom"]) if order["rom"] else ""
        pid = os.fork()
        if pid == 0:
            os.environ["ROM"] = rom
            _become_board(order, fds, micropython_module.run_main)
        for fd in fds:
            os.close(fd)
        with contextlib.suppress(BrokenPipeError):
            sock.send(str(pid).encode())


class Roms:
    """ROMFS images in memory, once for all boards."""

    def __init__(self) -> None:
        self._maps: dict[str, tuple[mmap.mmap, str]] = {}

    def place(self, path: str) -> str:
        """Where the image lies: "address length"."""
        if path not in self._maps:
            with open(path, "rb") as file:
                memory = mmap.mmap(
                    file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE
                )
            address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
            self._maps[path] = memory, f"{address} {len(memory)}"
        return self._maps[path][1]


def _become_board(order: dict, fds: list[int], run_main) -> None:
    board_fd, console_fd, *keyboard_fd = fds
    if keyboard_fd:
        os.dup2(keyboard_fd[0], 0)
        os.environ.pop("HOME", None)  # a board keeps no history of its prompt there
    os.dup2(console_fd, 1)
    os.dup2(console_fd, 2)
    board_fd = os.dup2(board_fd, 100)  # out of the way of the numbers below
    os.dup2(board_fd, _BOARD_FD)
    os.closerange(_BOARD_FD + 1, 256)
    os.environ["MICROPYPATH"] = f"{order['shims']}:.frozen"
    script = str(_SCRIPTS / f"{order['script']}.py")
    options = [*(["-i"] if order["prompt"] else []), "-X", f"heapsize={order['heap_bytes']}"]
    code = run_main(["micropython", *options, script, order["argument"]])
    os._exit(code or 0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
