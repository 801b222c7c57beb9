"""Keeps the LoRaWAN link up: probes the radio, runs the MAC, and begins anew when either fails for good."""

import asyncio
import os

from corolle.units.orders import obey
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_PROBE_S = const(30)
_LOOK_S = const(300)
_WANTED = ("corolle.units.wanted", "corolle.wire.settings_words")
_SETTINGS_PORT = const(32)  # wire/settings_words.py
_GROUP_PORT = const(34)  # wire/multicast.py
_SPREAD_STEP_MS = const(4000)


class LinkKeeper:
    """`parts` is what SX1262 is made of, by place and by name; `identity` has dev_eui, join_eui and app_key.

    Orders are for `unit`, of that kind.
    """

    def __init__(self, common, parts: tuple, identity: dict, class_c: bool, kind: str, unit):
        self._common = common
        self._parts = parts
        self._identity = identity
        self._class_c = class_c
        self._kind = kind
        self._unit = unit

    async def run(self, alive) -> None:
        """Raises when there is no radio or no identity, or when the MAC ends: the supervisor tries again."""
        alive(_PROBE_S)
        try:
            link = self._make_link()
        except OSError:
            self._common.faults.set("radioLost", True)
            raise
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
        # Imported when they are needed: they are the largest things on a node, and the last to come.
        from corolle.drivers.sx1262 import SX1262
        from corolle.radio.lorawan import Identity, LoRaWan

        placed, named = self._parts
        known = self._identity
        return LoRaWan(
            SX1262(*placed, **named),
            Identity(known["dev_eui"], known["join_eui"], known["app_key"]),
            self._common.store,
            log=self._common.log,
            class_c=self._class_c,
            on_downlink=self._take_order,
            on_time=self._take_time,
        )

    def _take_time(self, unix_s: int, ms: int) -> None:
        self._common.clock.set(unix_s, ms * 1000)

    def _take_order(self, port: int, payload: bytes) -> None:
        if port == _SETTINGS_PORT:
            with borrowed(*_WANTED) as wanted:
                self._common.reporter.raw(port, wanted.take(self._common, self._unit, payload))
            return
        by, spread_ms = port, 0
        if port == _GROUP_PORT and payload:
            by, spread_ms, payload = None, payload[0] * _SPREAD_STEP_MS, payload[1:]
        fields = obey(self._kind, self._common, self._unit, payload, by)
        if fields and spread_ms:
            asyncio.create_task(self._answer_later(fields, spread_ms))  # noqa: RUF006 - the loop holds it
        elif fields:
            self._common.reporter.ack(fields)

    async def _answer_later(self, fields: dict, spread_ms: int) -> None:
        """A group that answers at once is heard by nobody."""
        await asyncio.sleep_ms(int.from_bytes(os.urandom(3), "little") % spread_ms)
        self._common.reporter.ack(fields)
