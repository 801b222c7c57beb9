"""Where a line of the linked program was written, for the people who read a traceback.

On a node the modules are linked into few, and line 7046 of what is linked is line 46 of the seventh module;
the list of modules lies beside the program.
"""

from corolle.wire.compat import const

_LINES = const(1000)
_PATH = const("/corolle/origins.txt")  # on the flash, where modules are looked for first, or in ROM
_ROM = const("/rom")
_MARK = const('", line ')


def explained(traceback: str) -> str:
    """The traceback with the modules and lines that stand in the sources."""
    origins = _origins(_PATH) or _origins(_ROM + _PATH)
    if not origins:
        return traceback  # the modules are here as they were written
    return "\n".join(_line(line, origins) for line in traceback.split("\n"))


def _origins(path: str) -> list:
    try:
        with open(path) as file:
            return file.read().split("\n")
    except OSError:
        return []


def _line(line: str, origins: list) -> str:
    where, _, rest = line.partition(_MARK)
    digits = rest.split(",")[0]
    number = int(digits) if digits.isdigit() else 0
    if not _LINES <= number < _LINES * (len(origins) + 1):
        return line
    known = where[: where.rfind('"') + 1] + origins[number // _LINES - 1]
    return known + _MARK + str(number % _LINES) + rest[len(digits) :]
