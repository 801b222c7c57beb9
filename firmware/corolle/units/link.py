"""Keeps the LoRaWAN link up: probes the radio, runs the MAC, and begins anew when either fails for good."""

import asyncio

from corolle.wire.compat import const

_PROBE_S = const(30)
_LOOK_S = const(120)


class LinkKeeper:
    """make_radio() probes the radio (OSError: it is not there); on_downlink(port, payload) takes orders."""

    def __init__(self, common, make_radio, class_c: bool, on_downlink):
        self._common = common
        self._make_radio = make_radio
        self._class_c = class_c
        self._on_downlink = on_downlink
        self._eui_and_key: tuple = ()

    def identify(self, facts: dict, keys: dict) -> bool:
        """Take who the node is; False, and told, when that is not all there."""
        try:
            self._eui_and_key = facts["dev_eui"], facts["join_eui"], keys["app_key"]
            self._identity()
        except (ValueError, KeyError, TypeError) as error:
            self._common.log("file", level="error", error=f"no identity for the radio: {error}")
            return False
        return True

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

    def _make_link(self):
        try:
            radio = self._make_radio()
        except OSError:
            self._common.faults.set("radioLost", True)
            raise
        # Imported when it is needed: it is the largest thing on the node, and last to come.
        from corolle.radio.lorawan.mac import LoRaWan

        return LoRaWan(
            radio,
            self._identity(),
            self._common.store,
            log=self._common.log,
            class_c=self._class_c,
            on_downlink=self._on_downlink,
            on_time=self._take_time,
        )

    def _identity(self):
        from corolle.radio.lorawan.keys import Identity

        return Identity(*self._eui_and_key)

    def _take_time(self, unix_s: int, ms: int) -> None:
        self._common.clock.set(unix_s, ms * 1000)
