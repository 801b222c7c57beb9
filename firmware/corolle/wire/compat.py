"""The one place where wire/ deals with CPython, which has no `const`."""

try:
    from micropython import const  # pyright: ignore
except ImportError:

    def const(value):
        """On CPython a constant is an ordinary name."""
        return value


__all__ = ("const",)
