"""Why a board is not flashed."""


class FlashError(Exception):
    """The sentence says what is wrong, and what would be right."""


class NoAnswer(FlashError):
    """Nothing at the port speaks as MicroPython does; it may be a bare chip, or busy starting."""


class PortBusy(FlashError):
    """Somebody else has the port open."""


class Refused(FlashError):
    """The board, or the image, is not the one that is wanted; nothing was written."""


class Lost(FlashError):
    """The board went away in the middle. What was written is whole: the same command goes on from there."""
