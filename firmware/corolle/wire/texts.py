"""What errors say, on the flash until one is raised: the linker takes it out of a node's memory."""

from corolle.wire.compat import const

_PATH = const("/corolle/texts.txt")  # beside the program: on the flash, where modules are looked for first,
_ROM = const("/rom")  # or in ROM


def text(offset: int) -> str:
    """The line that begins so many bytes into the file of texts. OSError: there is no such file."""
    try:
        file = open(_PATH)
    except OSError:
        file = open(_ROM + _PATH)
    with file:
        file.seek(offset)
        return file.readline()[:-1]
