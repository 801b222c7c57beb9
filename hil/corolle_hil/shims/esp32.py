"""ESP32's `esp32`: non-volatile storage and the flash partition."""

import struct

import link
import ops

_KEPT_BLOCKS = 8
_WHOLE = struct.pack("<H", 4096)


class NVS:
    """Non-volatile storage: i32 and blob, keys of at most 15 characters, written by commit()."""

    def __init__(self, namespace):
        self._prefix = namespace + "/"

    def _key(self, key):
        if len(key) > 15:
            raise OSError(-4361, "ESP_ERR_NVS_KEY_TOO_LONG")
        return (self._prefix + key).encode()

    def _set(self, key, value):
        name = self._key(key)
        link.call(ops.NVS_SET, 0, 0, bytes([len(name)]) + name + value)

    def _get(self, key, kind):
        status, value = link.exchange(ops.NVS_GET, 0, 0, self._key(key))
        if status or value[:1] != kind:
            raise OSError(-4354, "ESP_ERR_NVS_NOT_FOUND")
        return value[1:]

    def set_i32(self, key, value):
        """Keep a 32-bit integer."""
        self._set(key, b"i" + struct.pack("<i", value))

    def get_i32(self, key):
        """Read a 32-bit integer; OSError when there is none."""
        return struct.unpack("<i", self._get(key, b"i"))[0]

    def set_blob(self, key, value):
        """Keep bytes."""
        self._set(key, b"b" + bytes(value))

    def get_blob(self, key, buffer):
        """Read bytes into the buffer, return how many; OSError when there are none."""
        value = self._get(key, b"b")
        buffer[: len(value)] = value
        return len(value)

    def erase_key(self, key):
        """Forget a key; OSError when there is none."""
        if link.exchange(ops.NVS_ERASE, 0, 0, self._key(key))[0]:
            raise OSError(-4354, "ESP_ERR_NVS_NOT_FOUND")

    def commit(self):
        """Write what was set."""
        link.post(ops.NVS_COMMIT)


class Partition:
    """The flash partition that carries the file system ("vfs"), as a block device.

    Flash is memory-mapped on an ESP32 and read in no time; here the blocks read last are kept.
    """

    BLOCK_BYTES = 4096
    TYPE_DATA = 1

    def __init__(self):
        self.blocks = 0
        self._kept = [memoryview(bytearray(self.BLOCK_BYTES)) for _ in range(_KEPT_BLOCKS)]
        self._which = [-1] * _KEPT_BLOCKS
        self._oldest = 0
        self._hot = None  # the block asked for last, which mostly is the next one too
        self._hot_content = None

    def readblocks(self, block, buffer, offset=0):
        """Fill the buffer from a block, and from those behind it."""
        end = offset + len(buffer)
        if end <= 4096:  # all that littlefs ever asks for, thousands of times when it tidies up
            if block != self._hot:
                self._hot_content = self._block(block)
                self._hot = block
            buffer[:] = self._hot_content[offset:end]
            return 0
        done = 0
        while done < len(buffer):
            part = self._block(block)[offset : offset + len(buffer) - done]
            buffer[done : done + len(part)] = part
            done, block, offset = done + len(part), block + 1, 0
        return 0

    def writeblocks(self, block, buffer, offset=None):
        """Program flash; whole blocks are erased first when no offset is given."""
        view = memoryview(buffer)
        if offset is None:
            for extra in range(len(view) // self.BLOCK_BYTES):
                self.ioctl(6, block + extra)
        place = block * self.BLOCK_BYTES + (offset or 0)
        for start in range(0, len(view), self.BLOCK_BYTES):
            part = view[start : start + self.BLOCK_BYTES]
            status = link.exchange(ops.FLASH_WRITE, 0, place + start, part)[0]
            if status:
                self._forget((place + start) // self.BLOCK_BYTES)
                return -status
            self._program(place + start, part)
        return 0

    def ioctl(self, op, arg):
        """Block device control: 4 = how many blocks, 5 = their size, 6 = erase one."""
        if op == 4:
            return self.blocks
        if op == 5:
            return self.BLOCK_BYTES
        if op == 6:
            self._forget(arg)
            return -link.exchange(ops.FLASH_ERASE, 0, arg, b"")[0]
        return 0

    def _block(self, block):
        if block in self._which:
            return self._kept[self._which.index(block)]
        place = self._oldest
        self._oldest = (place + 1) % _KEPT_BLOCKS
        self._which[place] = -1
        link.call(ops.FLASH_READ, 0, block * self.BLOCK_BYTES, _WHOLE, self._kept[place])
        self._which[place] = block
        return self._kept[place]

    def _program(self, place, part):
        """What is kept of a block changes as flash does: bits are cleared, and never set."""
        block, offset = divmod(place, self.BLOCK_BYTES)
        if block in self._which:
            content = self._kept[self._which.index(block)]
            for i in range(len(part)):
                content[offset + i] &= part[i]

    def _forget(self, block):
        self._hot = None
        if block in self._which:
            self._which[self._which.index(block)] = -1
