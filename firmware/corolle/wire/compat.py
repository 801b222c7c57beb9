"""The one place where wire/ deals with CPython: it has no `const`, and memory enough to remember."""

try:
    from micropython import const  # pyright: ignore

    def cache(function):  # pyright: ignore
        """On a node nothing is kept that can be made again, and one at a time is there."""
        return function

except ImportError:

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


__all__ = ("cache", "const")
