"""A chip that may be lost and come back."""

_FIRST_PAUSE_S = 10
_LONGEST_PAUSE_S = 600


class Sensor:
    """`make()` probes the chip and gives an async function that reads it; after an error it is made anew.

    `errors` counts what went wrong since the boot.
    """

    def __init__(self, name: str, make, log, uptime_s):
        self._name = name
        self._make = make
        self._log = log
        self._uptime_s = uptime_s
        self._read = None
        self._pause_s = _FIRST_PAUSE_S
        self._again_s = 0
        self.errors = 0

    async def read(self):
        """A reading, or None: the chip or its bus has failed, and is left alone for a while."""
        if self._uptime_s() < self._again_s:
            return None
        try:
            if self._read is None:
                self._read = self._make()
            reading = await self._read()
        except OSError as error:
            self._failed(error)
            return None
        self._pause_s = _FIRST_PAUSE_S
        return reading

    def _failed(self, error: OSError) -> None:
        self.errors += 1
        self._read = None
        self._again_s = self._uptime_s() + self._pause_s
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self._log("sensor", level="warn", name=self._name, error=str(error), errors=self.errors)
