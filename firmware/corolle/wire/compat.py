"""The one place where wire/ deals with CPython: it has no `const`, and memory enough to remember."""

try:
    from micropython import const  # pyright: ignore

    def cache(function):
        """On a node nothing is kept that can be made again."""
        return function

except ImportError:
    from functools import cache  # pyright: ignore

    def const(value):
        """On CPython a constant is an ordinary name."""
        return value


__all__ = ("cache", "const")
