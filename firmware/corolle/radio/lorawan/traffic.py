"""One session's life on the air: when to send, on which channel, and what the radio does meanwhile."""

import asyncio
import time

from corolle.radio.lorawan.queue import EVENT
from corolle.radio.lorawan.windows import open_windows
from corolle.wire import eu868
from corolle.wire.airtime import airtime_us
from corolle.wire.compat import const

_HOUR_MS = const(3_600_000)
_LISTEN_MS = const(60_000)  # so often a receiver that is silent is asked whether it still listens
_SWITCH_MS = const(30)  # from listening on RX2 to a prepared RX1
_TIMEOUT_MS = const(1_000)  # RETRANSMIT_TIMEOUT of RP002-1.0.4, 2.3: 2 s +- 1 s, at random
_TIMEOUT_SPREAD_MS = const(2_000)
_GROUP_PORT = const(34)  # wire/multicast.py


class Traffic:
    """Empties `queue` over `link`. All it needs is handed in by mac.LoRaWan."""

    def __init__(self, link, radio, queue, duty, network_time, counts, log, rng, class_c, on_downlink):
        self._link = link
        self._session = link.session
        self._radio = radio
        self._queue = queue
        self._duty = duty
        self._time = network_time
        self._counts = counts
        self._log = log
        self._rng = rng
        self._class_c = class_c
        self._on_downlink = on_downlink
        self._more = False  # the network said that it holds another frame
        self._resting = False  # the radio listens (class C) or sleeps (class A) already

    async def work(self) -> None:
        """Send and listen until the network has not answered for so long that only joining again is left.

        OSError when the radio or the flash fails; called again, it goes on.
        """
        self._resting = False
        while True:
            wait_ms = self._wait_ms()
            if wait_ms:
                await self._rest(wait_ms)
            elif await self._uplink() and not self._link.back_off():
                break

    def _wait_ms(self) -> int:
        """Time until the next moment at which something is to be sent and may be: 0 is now."""
        ask_ms = self._time.due_ms()
        if ask_ms and not self._waiting():
            again_ms = self._queue.again_ms()
            return ask_ms if again_ms is None else min(ask_ms, again_ms)
        item = self._queue.first()
        return self._channel(self._airtime_us(item[2] if item else b""))[1]

    def _waiting(self) -> bool:
        """Whether there is something to send; the answers of class A ride on its next report."""
        due = self._queue.first() or self._link.ack_due or self._more
        return bool(due or (self._class_c and self._link.answers.due))

    def _airtime_us(self, payload: bytes) -> int:
        return airtime_us(self._link.length(payload), *eu868.modulation(self._session.data_rate))

    def _channel(self, airtime: int) -> tuple:
        """(frequency at random of those free first, or None; time until it is)."""
        session = self._session
        best_ms, free = _HOUR_MS, []
        for freq_hz in session.usable(session.data_rate, session.ch_mask):
            wait_ms = self._duty.wait_ms(freq_hz, airtime)
            if wait_ms is None or wait_ms > best_ms:
                continue
            if wait_ms < best_ms:
                free.clear()
            free.append(freq_hz)
            best_ms = wait_ms
        if not free:
            return None, best_ms
        return free[int.from_bytes(self._rng(2), "little") % len(free)], best_ms

    async def _rest(self, wait_ms: int) -> None:
        """Wait for something to send; class C listens meanwhile, class A lets the radio sleep."""
        if self._class_c:
            await self._listen(min(wait_ms, _LISTEN_MS))
            return
        if not self._resting:
            self._radio.sleep()
            self._resting = True
        await self._radio.pause(wait_ms)

    async def _listen(self, wait_ms: int) -> None:
        """Hear what comes on RX2."""
        if not self._resting:
            session = self._session
            self._radio.listen(session.rx2_freq_hz, *eu868.modulation(session.rx2_dr))
            self._resting = True
        reception = await self._radio.heard(wait_ms)
        if reception is not None:
            self._handle(reception, False)

    async def _listen_until(self, tick) -> None:
        """What class C does between its windows."""
        self._resting = False
        while True:
            left_ms = time.ticks_diff(tick, time.ticks_ms()) - _SWITCH_MS
            if left_ms <= 0:
                break
            await self._listen(left_ms)
        self._resting = False

    async def _uplink(self) -> bool:
        """Send what is due, as often as the network wants and until it answers; whether it was sent.

        An answer without the acknowledgement that was asked for ends the repeats, too (4.3.1.3).
        """
        link = self._link
        item = self._queue.first()
        if item and len(item[2]) > link.room():
            self._counts["too long"] += 1
            self._queue.done(item)
            return False
        port, payload = (item[1], item[2]) if item else (None, b"")
        confirmed = item is not None and item[0] == EVENT
        airtime, spent_us = self._airtime_us(payload), 0
        f_cnt, downlinks = self._session.f_cnt_up, self._counts["downlinks"]
        frame = link.build(port, payload, confirmed)
        for _ in range(self._session.nb_trans):
            freq_hz, wait_ms = self._channel(airtime)
            if wait_ms or freq_hz is None:
                break
            end = await self._transmit(frame, freq_hz, airtime)
            if not spent_us:
                self._note_sent(item, payload, f_cnt, end)
            elif self._time.end is not None:  # who answers heard this one
                self._time.end = end
            spent_us += airtime
            answered = await self._windows(freq_hz, end)
            if confirmed and not link.acknowledged:
                await self._wait_on(end)
            if answered:
                break
        if confirmed and spent_us:
            self._settle(item, f_cnt, spent_us, self._counts["downlinks"] == downlinks)
        return spent_us > 0

    async def _wait_on(self, end) -> None:
        """What an acknowledgement that did not come puts off, be it a repeat or another frame (4.3.1.3)."""
        wait_ms = (self._session.rx1_delay_s + 1) * 1000 + _TIMEOUT_MS
        wait_ms += int.from_bytes(self._rng(2), "little") % (_TIMEOUT_SPREAD_MS + 1)
        until = time.ticks_add(end, wait_ms)
        if self._class_c:
            await self._listen_until(until)
            return
        self._radio.sleep()
        await asyncio.sleep_ms(max(time.ticks_diff(until, time.ticks_ms()), 0))

    def _settle(self, item, f_cnt: int, spent_us: int, silent: bool) -> None:
        if self._link.acknowledged:
            self._queue.acknowledged(item)
            return
        self._queue.unheard(spent_us, silent)
        again_s = (self._queue.again_ms() or 0) // 1000
        self._log("unacknowledged", level="warn", port=item[1], f_cnt=f_cnt, again_s=again_s)

    async def _transmit(self, frame: bytes, freq_hz: int, airtime: int):
        session = self._session
        sf, bw_hz = eu868.modulation(session.data_rate)
        self._resting = False
        end = await self._radio.transmit(frame, freq_hz, sf, bw_hz, eu868.conducted_dbm(session.tx_power))
        self._duty.spend(freq_hz, airtime)
        return end

    def _note_sent(self, item, payload: bytes, f_cnt: int, end) -> None:
        self._link.sent(payload, end)
        self._queue.sent(item)
        self._more = False
        self._counts["uplinks"] += 1
        port = item[1] if item else 0
        self._log("uplink", port=port, bytes=len(payload), f_cnt=f_cnt, dr=self._session.data_rate)

    async def _windows(self, freq_hz: int, end) -> bool:
        session = self._session
        rx1_dr = eu868.rx1_data_rate(session.data_rate, session.rx1_dr_offset)
        plan = ((session.rx1_hz.get(freq_hz, freq_hz), rx1_dr), (session.rx2_freq_hz, session.rx2_dr))
        gap = self._listen_until if self._class_c else None
        return await open_windows(self._radio, end, session.rx1_delay_s, plan, self._handle, gap)

    def _handle(self, reception, in_window: bool = True) -> bool:
        """Take a frame in; whether it was for us."""
        downlink = self._link.accept(reception, in_window)
        if downlink is None:
            return False
        self._more = downlink.more and not self._class_c
        self._queue.heard(downlink.port == _GROUP_PORT)
        if downlink.port is not None:
            self._log("downlink", port=downlink.port, bytes=len(downlink.payload), snr_db=reception.snr_db)
            self._on_downlink(downlink.port, downlink.payload)
        return True
