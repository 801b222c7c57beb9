"""What errors say, on the flash until one is raised: the linker takes it out of a node's memory."""

from corolle.wire.compat import const

_PATH = const("/rom/corolle/texts.txt")


def text(offset: int) -> str:
    """The line that begins so many bytes into the file of texts. OSError: there is no such file."""
    with open(_PATH) as file:
        file.seek(offset)
        return file.readline()[:-1]
