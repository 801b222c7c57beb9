"""Bytes into a file that is open."""

import os


def write_all(file: int, data: bytes) -> None:
    """Write all of it: os.write alone may stop half-way. OSError, as on a full disk: some is written."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]
