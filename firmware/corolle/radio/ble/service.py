"""The GATT service for crews: carries the frames of a session, one central at a time."""

import asyncio
import os

import bluetooth

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_CONNECT = const(1)
_DISCONNECT = const(2)
_WRITE = const(3)
_MTU_EXCHANGED = const(21)
_MTU = const(247)  # fills one packet of a link with longer data
_MOST_WAITING = const(8)
_LOOK_S = const(300)
_IDLE_S = const(60)  # who says nothing for so long makes room for another
_TRIES = const(50)
_TRY_MS = const(20)
_SESSION = ("corolle.wire.gatt_unit", "corolle.wire.gatt_session", "corolle.wire.derive")


class Service:
    """`key` is the unit's service key; `identity` (kind, DevEUI, firmware), told to everybody.

    `answer(message)` gives the answer to a request of gatt_words.py; `uptime_s()` never steps back or wraps.
    Made before anything is adverted.
    """

    def __init__(self, ble, key, make_key, identity: tuple, answer, uptime_s, refused: dict):
        self._ble = ble
        self._key = key
        self._make_key = make_key
        self._answer = answer
        self._uptime_s = uptime_s
        self._refused = refused
        self._door = [0, 0]
        self._link = None  # handle of the connection
        self._mtu = 23
        self._frames: list = []
        self._flag = asyncio.ThreadSafeFlag()
        ble.config(mtu=_MTU)
        self._register(identity)

    def event(self, event: int, data) -> None:
        """An event of the radio."""
        if event == _CONNECT:
            self._connected(data[0])
        elif data[0] != self._link:
            return
        elif event == _DISCONNECT:
            self._link = None
        elif event == _MTU_EXCHANGED:
            self._mtu = min(data[1], _MTU)
        elif event == _WRITE:
            frame = self._ble.gatts_read(self._inbox)
            if len(self._frames) < _MOST_WAITING:  # more than that: the session will see the gap
                self._frames.append(frame)
        self._flag.set()

    async def run(self, alive) -> None:
        """Serve one central after the other, for ever."""
        while True:
            alive(_LOOK_S)
            link = self._link
            if link is None:
                await self._wait(_LOOK_S)
                continue
            with borrowed(*_SESSION) as gatt_unit:
                made = gatt_unit.Unit(self._key, self._make_key, os.urandom, self._refused, self._door)
                await self._serve(link, made, alive)

    def _register(self, identity: tuple) -> None:
        uuid = bluetooth.UUID
        read = bluetooth.FLAG_READ
        write = bluetooth.FLAG_WRITE | bluetooth.FLAG_WRITE_NO_RESPONSE
        with borrowed("corolle.wire.gatt_words") as words:
            about = [(uuid(number), read) for number in (words.MODEL, words.SERIAL, words.FIRMWARE)]
            talk = (uuid(words.INBOX), write), (uuid(words.OUTBOX), bluetooth.FLAG_NOTIFY)
            services = (uuid(words.DEVICE_INFORMATION), about), (uuid(words.SERVICE), talk)
        handles, (self._inbox, self._outbox) = self._ble.gatts_register_services(services)
        for i in range(len(handles)):
            self._ble.gatts_write(handles[i], identity[i])
        self._ble.gatts_set_buffer(self._inbox, _MTU - 3)

    def _connected(self, link: int) -> None:
        if self._link is not None:
            self._ble.gap_disconnect(link)
            return
        self._link = link
        self._mtu = 23
        self._frames = []

    async def _serve(self, link: int, session, alive) -> None:
        until_s = self._uptime_s() + _IDLE_S  # only who has the key may stay longer
        while self._link == link:
            alive(2 * _IDLE_S)
            left_s = until_s - self._uptime_s()
            if left_s <= 0:
                self._drop(link)
            elif not self._frames:
                await self._wait(left_s)
            elif await self._take(link, session):
                until_s = self._uptime_s() + _IDLE_S

    async def _take(self, link: int, session) -> bool:
        """Take a frame; whether it ended a message, which is answered then."""
        reply, message = session.receive(self._frames.pop(0), self._uptime_s())
        if reply:
            await self._send(link, reply)
        if message is not None:
            for frame in session.send(self._answer(message), self._mtu):
                await self._send(link, frame)
        await asyncio.sleep_ms(0)  # a flood of frames shares the processor with the light
        return message is not None

    async def _send(self, link: int, frame: bytes) -> None:
        """Notify, as soon as the radio has room for it."""
        for _ in range(_TRIES):
            if self._link != link:
                return
            try:
                self._ble.gatts_notify(link, self._outbox, frame)
                return
            except OSError:
                await asyncio.sleep_ms(_TRY_MS)
        self._drop(link)

    def _drop(self, link: int) -> None:
        self._ble.gap_disconnect(link)
        self._link = None

    async def _wait(self, seconds: int) -> bool:
        try:
            await asyncio.wait_for_ms(self._flag.wait(), seconds * 1000)
        except asyncio.TimeoutError:  # noqa: UP041  (not a builtin in MicroPython)
            return False
        return True
