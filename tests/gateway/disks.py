"""Disks that fill up or fail, made for a test; they need root."""

import subprocess
import time
from pathlib import Path

_PATIENCE_S = 5.0


def _run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def _umount(at: Path) -> None:
    """As soon as nobody has a file of it open: who has just ended, or looks whether it can be written to."""
    end_s = time.monotonic() + _PATIENCE_S
    while (ran := subprocess.run(["umount", at], capture_output=True, text=True, check=False)).returncode:
        assert time.monotonic() < end_s, ran.stderr
        time.sleep(0.02)


class SmallDisk:
    """A tmpfs of a few megabytes."""

    def __init__(self, at: Path, size_mb: int):
        self._at = at
        at.mkdir()
        _run("mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=700", "corolle-test", at)

    def fill(self) -> None:
        """Leave no room at all."""
        with (self._at / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                return

    def empty(self) -> None:
        """Make room again."""
        (self._at / "ballast").unlink()

    def read_only(self) -> None:
        """Nobody may be writing to it."""
        _run("mount", "-o", "remount,ro", self._at)

    def close(self) -> None:
        """Take it away."""
        _umount(self._at)


class FailingDisk:
    """An ext4 on a loop device that goes read-only at its first error, as an SD card's does."""

    def __init__(self, image: Path, at: Path):
        self._at = at
        with image.open("wb") as file:
            file.truncate(16 << 20)
        _run("mkfs.ext4", "-q", "-F", image)
        at.mkdir()
        self._loop = _run("losetup", "--find", "--show", image).strip()
        try:
            _run("mount", "-o", "errors=remount-ro", self._loop, at)
        except subprocess.CalledProcessError:
            _run("losetup", "--detach", self._loop)
            raise

    def fail(self) -> None:
        """The kernel finds an error, and lets nobody write any more."""
        Path(f"/sys/fs/ext4/{Path(self._loop).name}/trigger_fs_error").write_text("test")

    def mend(self) -> None:
        """As a reboot does."""
        _umount(self._at)
        subprocess.run(["fsck.ext4", "-p", self._loop], capture_output=True, check=False)
        _run("mount", "-o", "errors=remount-ro", self._loop, self._at)

    def close(self) -> None:
        """Take it away."""
        _umount(self._at)
        _run("losetup", "--detach", self._loop)
