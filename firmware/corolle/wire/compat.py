"""The one place where wire/ deals with CPython: it has no `const`, and memory enough to remember."""

try:
    from micropython import const  # pyright: ignore

    def cache(function):  # pyright: ignore
        """On a node nothing is kept that can be made again, and one at a time is there."""
        return function

    def same(a: bytes | bytearray, b: bytes | bytearray) -> bool:
        """Compares in a time that does not tell where the difference is."""
        difference = len(a) ^ len(b)
        for i in range(min(len(a), len(b))):
            difference |= a[i] ^ b[i]
        return difference == 0

except ImportError:
    from hmac import compare_digest as same

    def const(value):
        """On CPython a constant is an ordinary name."""
        return value

    def cache(function):
        """Remember what a function of one argument gave, one by one."""
        kept = {}

        def remembered(argument):
            if argument not in kept:
                kept[argument] = tuple(function(argument))
            return kept[argument]

        return remembered


__all__ = ("cache", "const", "same")
