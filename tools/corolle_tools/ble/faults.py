"""What can go wrong under the post: each with a sentence that helps, and an exit status of its own."""


class BleFault(Exception):
    """Ends a command; the message is for whoever gave it."""

    status = 1


class Refused(BleFault):
    """The unit was reached and said no."""

    status = 1


class Usage(BleFault):
    """Something about the command itself, or its files, is wrong. Nothing was sent."""

    status = 2


class NoKey(Usage):
    """The unit was met, and its key is not here."""


class NoAdapter(BleFault):
    """This machine's Bluetooth cannot be used."""

    status = 3


class Unplugged(NoAdapter):
    """This machine's Bluetooth went away while it was used; it may come back."""


class NotInRange(BleFault):
    """The unit is not heard, or is heard and cannot be connected to."""

    status = 4


class WrongKey(BleFault):
    """Unit and laptop do not have the same key, or the unit answers nobody for a while after a wrong one."""

    status = 5


class Busy(BleFault):
    """Somebody else is connected to the unit, or it has no time."""

    status = 6


class Lost(BleFault):
    """The connection ended, or fell silent, before everything was said."""

    status = 7
