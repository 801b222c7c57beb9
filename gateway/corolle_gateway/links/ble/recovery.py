"""An adapter that says again and again that something is in progress is switched off and on."""

from corolle_gateway.counts import Counts
from corolle_gateway.links.ble.refused import IN_PROGRESS, cause_of
from corolle_gateway.links.ble.stack import Stack
from corolle_gateway.log import Log

_PATIENCE = 3


class Recovery:
    """Told of every failure and success on the adapter."""

    def __init__(self, log: Log, counts: Counts, stack: Stack):
        self._log = log
        self._counts = counts
        self._stack = stack
        self._in_progress = 0  # in a row

    def worked(self) -> None:
        """The adapter does what it is asked."""
        self._in_progress = 0

    async def failed(self, cause: str) -> None:
        """Something failed; the adapter is reset where that is what helps."""
        if cause != IN_PROGRESS:
            return
        self._in_progress += 1
        if self._in_progress < _PATIENCE:
            return
        self._in_progress = 0
        try:
            await self._stack.reset()
        except Exception as error:  # noqa: BLE001 - whatever bleak, D-Bus or a backend may raise: it is counted
            self._counts.reject("ble_reset_failed", why=cause_of(error), error=repr(error))
        else:
            self._counts.count("ble_resets")
            self._log.warning("ble_adapter_reset", adapter=self._stack.adapter)
