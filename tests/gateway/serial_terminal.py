"""A plain terminal program at the other end of the gateway's cable: a PTY behind a name that stays."""

import contextlib
import os
import re
import threading
import time
import tty
from pathlib import Path

_SEQUENCE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
WAIT_S = 20.0


class Terminal:
    """Keys go in by `type`, what comes out is kept in `text` without its escape sequences.

    `bytes_a_s`: so fast a line it is, 0: it reads nothing, None: as fast as it goes.
    """

    def __init__(self, link: Path, bytes_a_s: int | None = None):
        self.link = link
        self.bytes_a_s = bytes_a_s
        self.raw = b""
        self._seen = 0
        self._news = threading.Condition()
        self._plugged = threading.Event()
        self._master = -1
        self._reader: threading.Thread | None = None
        self.plug_in()

    def plug_in(self) -> None:
        """A cable from here to the gateway."""
        self._master, far = os.openpty()
        tty.setraw(far)
        os.set_blocking(self._master, False)
        self._far = far  # while nobody else has it open the near end would look pulled
        self._plugged.set()
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(far))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def unplug(self) -> None:
        """Pull the cable: whoever has the other end open is hung up on."""
        if not self._plugged.is_set():
            return
        self._plugged.clear()
        if self._reader:
            self._reader.join()
        self.link.unlink(missing_ok=True)
        os.close(self._far)
        os.close(self._master)

    @property
    def text(self) -> str:
        """All that came so far."""
        return _SEQUENCE.sub("", self.raw.decode(errors="replace"))

    def type(self, text: str | bytes) -> None:
        """Press keys, as fast as the line takes them."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self._master, data) :]

    def wait(self, wanted: str, wait_s: float = WAIT_S) -> str:
        """What came since the last wait, up to and with this text."""
        end = time.monotonic() + wait_s
        with self._news:
            while (at := self.text.find(wanted, self._seen)) < 0:
                if not self._news.wait(end - time.monotonic()):
                    raise AssertionError(f"no {wanted!r} in {self.text[self._seen :]!r}")
        begun, self._seen = self._seen, at + len(wanted)
        return self.text[begun : self._seen]

    def log_in(self, user: str, password: str, login: str = "login: ", prompt: str = "> ") -> str:
        """From the welcome to the prompt."""
        self.type("\r")
        self.wait(login)
        self.type(f"{user}\r")
        self.wait(": ")
        self.type(f"{password}\r")
        return self.wait(prompt)

    def ask(self, line: str, prompt: str = "> ") -> str:
        """What a command answers."""
        self.type(line + "\r")
        self.wait("\r\n")
        return self.wait(prompt)[: -len(prompt)].rpartition("\r")[0].replace("\r", "")

    def _read(self) -> None:
        while self._plugged.is_set():
            if self.bytes_a_s == 0:
                time.sleep(0.02)
                continue
            most = 65536 if self.bytes_a_s is None else max(1, self.bytes_a_s // 50)
            try:
                data = os.read(self._master, most)
            except BlockingIOError:
                data = b""
            if data:
                with self._news:
                    self.raw += data
                    self._news.notify_all()
            if not data or self.bytes_a_s:
                time.sleep(0.02)
