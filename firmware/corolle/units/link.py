"""Keeps the LoRaWAN link up: probes the radio, runs the MAC, and begins anew when either fails for good."""

import asyncio

from corolle.radio.lorawan.mac import LoRaWan

_PROBE_S = 30
_LOOK_S = 120


class LinkKeeper:
    """make_radio() probes the radio (OSError: it is not there); on_downlink(port, payload) takes orders."""

    def __init__(self, common, make_radio, identity, class_c: bool, on_downlink):
        self._common = common
        self._make_radio = make_radio
        self._identity = identity
        self._class_c = class_c
        self._on_downlink = on_downlink

    async def run(self, alive) -> None:
        """Raises when there is no radio, or when the MAC ends: the supervisor tries again."""
        alive(_PROBE_S)
        link = self._make_link()
        self._common.reporter.attach(link)
        running = asyncio.create_task(link.run())
        try:
            while not running.done():
                self._common.faults.set("radioLost", not link.healthy)
                alive(_LOOK_S)
                await asyncio.sleep(_LOOK_S)
            await running
        finally:
            running.cancel()
            self._common.reporter.attach(None)

    def _make_link(self) -> LoRaWan:
        try:
            radio = self._make_radio()
        except OSError:
            self._common.faults.set("radioLost", True)
            raise
        return LoRaWan(
            radio,
            self._identity,
            self._common.store,
            log=self._common.log,
            class_c=self._class_c,
            on_downlink=self._on_downlink,
            on_time=self._take_time,
        )

    def _take_time(self, unix_s: int, ms: int) -> None:
        self._common.clock.set(unix_s, ms * 1000)
