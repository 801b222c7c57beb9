"""Images as MicroPython's ESP32 port builds them: bootloader, partition table, program."""

import hashlib
import struct

_ESP32, _ESP32_S3 = 0, 9
_PROGRAM_AT = 0x10000
_CHECKSUM_SEED = 0xEF


def program(data: bytes, chip: int = _ESP32_S3) -> bytes:
    """One segment, padded, with its checksum and its hash, as esptool's elf2image writes it."""
    data += bytes(-len(data) % 4)
    head = bytearray(24)
    head[0], head[1], head[12], head[23] = 0xE9, 1, chip, 1
    body = bytes(head) + struct.pack("<II", 0x3F40_0020, len(data)) + data
    checksum = _CHECKSUM_SEED
    for byte in data:
        checksum ^= byte
    body += bytes(15 - len(body) % 16) + bytes([checksum])
    return body + hashlib.sha256(body).digest()


def image(chip: int = _ESP32_S3, version: str = "1.28.0", size: int = 40_000) -> bytes:
    """The whole file, which begins at 0x1000 of an ESP32's flash, else at 0."""
    begin = 0x1000 if chip == _ESP32 else 0
    banner = f"MicroPython v{version} on 2026-04-06; Generic ESP32S3 module with ESP32S3".encode()
    table = struct.pack("<HBBII16sI", 0x50AA, 1, 2, 0x9000, 0x6000, b"nvs", 0)
    table += struct.pack("<HBBII16sI", 0x50AA, 0, 0, _PROGRAM_AT, 0x1F0000, b"factory", 0)
    file = program(b"bootloader", chip).ljust(0x8000 - begin, b"\xff") + table
    return file.ljust(_PROGRAM_AT - begin, b"\xff") + program(
        banner + bytes(range(256)) * (size // 256), chip
    )
