"""Listening for adverts without end: a scan that fails, or falls silent, is begun anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError

from corolle_gateway.counts import Counts
from corolle_gateway.links.ble.recovery import Recovery
from corolle_gateway.links.ble.refused import FAILED, cause_of
from corolle_gateway.links.ble.stack import Heard, Mode, Stack
from corolle_gateway.log import Log

# An adapter that was pulled out, or hangs, is silent: nobody says so. Where there is a unit there is an
# advert each second; where nothing was heard yet there may be none.
_SILENT_S = 15.0
_NEVER_HEARD_S = 60.0
_RENEW_S = 3600.0  # a scanner remembers everybody who ever passed by
_PAUSE_S = 1.0  # after a failure; twice as long after each further one, and so on
_DOUBLINGS = 5
_GOODBYE_S = 5.0


class Scanning:
    """One scan at a time, passive where the adapter can do it: who listens only takes no air from others."""

    def __init__(
        self,
        log: Log,
        counts: Counts,
        stack: Stack,
        recovery: Recovery,
        heard: Heard,
        silent_s: float = _SILENT_S,
        never_heard_s: float = _NEVER_HEARD_S,
        pause_s: float = _PAUSE_S,
    ):
        self._log = log
        self._counts = counts
        self._stack = stack
        self._recovery = recovery
        self._heard = heard
        self._silent_s = silent_s
        self._never_heard_s = never_heard_s
        self._pause_s = pause_s
        self._mode: Mode = "passive"
        self._heard_s = 0.0
        self.is_on = False  # the adapter listens

    async def run(self) -> None:
        """Listen, until cancelled."""
        failures = 0
        while True:
            try:
                async with self._scanner():
                    failures = 0
                    self._recovery.worked()
                    await self._listened()
            except Exception as error:  # noqa: BLE001 - whatever bleak, D-Bus or a backend may raise: it is counted
                cause = cause_of(error)
                self._counts.reject(cause, error=repr(error))
                await self._recovery.failed(cause)
                await asyncio.sleep(self._pause_s * 2 ** min(failures, _DOUBLINGS))
                failures += 1

    @asynccontextmanager
    async def _scanner(self) -> AsyncIterator[None]:
        scanner = await self._started()
        self._log.info("ble_listening", adapter=self._stack.adapter, mode=self._mode)
        self._counts.count("ble_scans")
        self.is_on = True
        try:
            yield
        finally:
            self.is_on = False
            with suppress(BleakError, OSError, EOFError):  # a scan that cannot be stopped is gone already
                async with asyncio.timeout(_GOODBYE_S):
                    await scanner.stop()

    async def _started(self) -> BleakScanner:
        try:
            return await self._start()
        except BleakError as error:
            # BlueZ listens passively only where its experimental interfaces are switched on.
            if self._mode == "active" or cause_of(error) != FAILED:
                raise
            self._log.info("ble_not_passive", why=error)
            self._mode = "active"
            return await self._start()

    async def _start(self) -> BleakScanner:
        scanner = self._stack.scanner(self._note, self._mode)
        await scanner.start()
        return scanner

    async def _listened(self) -> None:
        """Until nothing was heard for a while, or the scan has grown old."""
        loop = asyncio.get_running_loop()
        begun_s = self._heard_s = loop.time()
        while loop.time() < begun_s + _RENEW_S:
            patience_s = self._silent_s if self._heard_s > begun_s else self._never_heard_s
            left_s = self._heard_s + patience_s - loop.time()
            if left_s <= 0:
                return
            await asyncio.sleep(left_s)

    def _note(self, device: BLEDevice, advert: AdvertisementData) -> None:
        self._heard_s = asyncio.get_running_loop().time()
        self._heard(device, advert)
