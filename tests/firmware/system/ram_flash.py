"""Flash in memory that loses its power at a chosen operation."""

import vfs

_BLOCK_BYTES = 512


class RamFlash:
    """Flash, 32 KB of it or `content`.

    What is written after `cut_after` operations is lost, the one in between torn; `broken` refuses all.
    """

    def __init__(self, content=None):
        self.content = content or bytearray(b"\xff" * 64 * _BLOCK_BYTES)
        self.cut_after: int | None = None
        self.operations = 0
        self.broken = False

    def readblocks(self, block, buffer, offset=0):
        start = block * _BLOCK_BYTES + offset
        buffer[:] = self.content[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        if self.broken:
            return -5
        if offset is None:
            self.ioctl(6, block)
        start = block * _BLOCK_BYTES + (offset or 0)
        n = self._survives(len(buffer))
        self.content[start : start + n] = buffer[:n]

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.content) // _BLOCK_BYTES
        if op == 5:
            return _BLOCK_BYTES
        if op == 6 and self.broken:
            return -5
        if op == 6:
            n = self._survives(_BLOCK_BYTES)
            start = arg * _BLOCK_BYTES
            self.content[start : start + n] = b"\xff" * n
        return 0

    def _survives(self, n):
        """How many bytes of an operation reach the flash."""
        self.operations += 1
        if self.cut_after is None or self.operations <= self.cut_after:
            return n
        return n // 2 if self.operations == self.cut_after + 1 else 0


def mount(flash, place="/ram"):
    """Mount the flash, formatting it when it is blank."""
    try:
        vfs.mount(vfs.VfsLfs2(flash), place)
    except OSError:
        vfs.VfsLfs2.mkfs(flash)
        vfs.mount(vfs.VfsLfs2(flash), place)
