"""Damage done to bytes."""

import random

_EXTREMES = (b"-1", b"0", b"1e999", b"NaN", b"null", b"[]", b'""', b"9" * 40, b"{" * 200)


def mutated(random_: random.Random, data: bytes) -> bytes:
    """`data` with one to four things done to it: bits, slices, ends and numbers."""
    for _ in range(random_.randint(1, 4)):
        a, b = sorted(random_.randrange(len(data) + 1) for _ in range(2))
        way = random_.randrange(6)
        if way == 0 and data:
            at = random_.randrange(len(data))
            data = data[:at] + bytes((data[at] ^ 1 << random_.randrange(8),)) + data[at + 1 :]
        elif way == 1:
            data = data[:a] + data[min(b, a + 8) :]
        elif way == 2:
            data = data[:a] + random_.randbytes(random_.randint(1, 8)) + data[a:]
        elif way == 3:
            data = data[:b] + data[a:b] + data[b:]
        elif way == 4:
            data = data[:b]
        else:
            data = data[:a] + random_.choice(_EXTREMES) + data[min(b, a + 4) :]
    return data
