"""A chip that may be lost and come back."""

from corolle.wire.compat import const

_FIRST_PAUSE_S = const(10)
_LONGEST_PAUSE_S = const(600)


class Sensor:
    """`making` is (driver, *its arguments); it probes the chip and has a read(), async or not.

    After an error it is made anew. `errors` counts what went wrong since the boot. `chip` is the driver, None
    while the chip is lost or was not asked yet; `failing` says that it did not answer when it was asked last,
    and `error` what was wrong then.
    """

    def __init__(self, name: str, making: tuple, common):
        self._name = name
        self._making = making
        self._common = common
        self.chip = None
        self._pause_s = _FIRST_PAUSE_S
        self._again_s = 0
        self.failing = False
        self.error = ""
        self.errors = 0

    async def read(self, now: bool = False):
        """A reading, or None: the chip or its bus has failed, and is left alone for a while.

        `now`: it is asked all the same.
        """
        if not now and self._common.clock.uptime_s() < self._again_s:
            return None
        try:
            if self.chip is None:
                self.chip = self._making[0](*self._making[1:])
            reading = self.chip.read()
            if hasattr(reading, "send"):  # a coroutine
                reading = await reading
        except OSError as error:
            self.failed(error)
            return None
        self._pause_s = _FIRST_PAUSE_S
        self.failing = False
        return reading

    def failed(self, error: OSError) -> None:
        """The chip did not do what it was asked."""
        self.failing = True
        self.error = str(error)
        self.errors += 1
        self.chip = None
        self._again_s = self._common.clock.uptime_s() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self._common.log("sensor", level="warn", name=self._name, error=self.error, errors=self.errors)
