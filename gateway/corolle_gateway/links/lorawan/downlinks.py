"""Sending: which concentrator, which window, within which duty cycle."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from corolle.wire import eu868
from corolle.wire.airtime import airtime_us
from msgspec import Struct

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.concentrators import Concentrator, Concentrators
from corolle_gateway.links.lorawan.dedup import ranked
from corolle_gateway.links.lorawan.duty import PERIOD_S, DutyLedger, band
from corolle_gateway.links.lorawan.endpoint import NO_TX_ACK, Endpoint
from corolle_gateway.links.lorawan.gwmp import Reception, Transmission
from corolle_gateway.links.lorawan.outside import Memory
from corolle_gateway.links.lorawan.terms import Terms
from corolle_gateway.model import Airtime, Sent

# What may be used of a duty cycle: joins and class A, which wait in a window, go before class C, and what
# the network asks of its own accord behind all.
ALL = 1.0
_CLASS_C_SHARE = 0.8
_MULTICAST_SHARE = 0.7  # a group that cannot be told at once is told one by one
UPKEEP_SHARE = 0.5
_LONG_US = 1_000_000  # nobody is heard meanwhile: too long while others want to be answered
_BUSY = "collision_packet"
_LONGEST_S = 4.0  # no frame takes longer: if it seems so, the clock was set back
_GAP_S = 0.05  # between two frames that are sent at once
_UNREACHABLE = Sent(False, "unreachable")
_TMST_MODULUS = 2**32


class Slot(Struct, frozen=True):
    """When and how a frame may be sent. `tmst` None: at once."""

    tmst: int | None
    freq_hz: int
    dr: int


def end_s(heard_s: float, phy: bytes, terms: Terms) -> float:
    """When the last window after a frame has ended, if it was answered there."""
    return heard_s + terms.rx1_delay_s + 1 + _airtime_us(phy, Slot(None, *terms.rx2)) / 1e6


def windows(reception: Reception, terms: Terms) -> list[Slot]:
    """RX1 and RX2 after an uplink, by the counter of the concentrator that heard it."""
    rx1_dr = eu868.rx1_data_rate(reception.dr, terms.rx1_dr_offset)
    rx1_hz = terms.downlink_hz(reception.freq_hz)
    return [
        Slot(_after(reception, terms.rx1_delay_s), rx1_hz, rx1_dr),
        Slot(_after(reception, terms.rx1_delay_s + 1), *terms.rx2),
    ]


def join_windows(reception: Reception) -> list[Slot]:
    """Those after a join-request, before there are any terms (6.2.3)."""
    delay_s = eu868.JOIN_ACCEPT_DELAY1_S
    return [
        Slot(_after(reception, delay_s), reception.freq_hz, reception.dr),
        Slot(_after(reception, delay_s + 1), eu868.RX2_FREQ_HZ, eu868.RX2_DATA_RATE),
    ]


def _after(reception: Reception, delay_s: int) -> int:
    return (reception.tmst + delay_s * 1_000_000) % _TMST_MODULUS


class Downlinks:
    """Hands frames to concentrators and keeps the duty ledger."""

    def __init__(
        self,
        clock: Clock,
        counts: Counts,
        memory: Memory,
        concentrators: Concentrators,
        power_dbm: int,
    ):
        self._clock = clock
        self._counts = counts
        self._memory = memory
        self._concentrators = concentrators
        self._power_dbm = power_dbm
        self._ledger = DutyLedger()
        self.endpoint: Endpoint | None = None

    async def load(self) -> None:
        """Go on with the ledger of an earlier run."""
        for airtime in await self._memory.airtimes(self._clock.now() - PERIOD_S):
            self._ledger.note(airtime)

    def clock_set_forward(self, by_s: float) -> None:
        """The hour of the duty cycle is none of the clock's."""
        self._ledger.clock_set_forward(by_s)
        self._memory.shift_airtimes(by_s)

    def ranked(self, receptions: list[Reception]) -> list[Reception]:
        """Who heard a frame, best first, of those that can answer it; of all of them if nobody can."""
        usable = [each for each in receptions if self._concentrators.reachable(each.gateway)]
        return ranked(usable or receptions)

    async def send_in_window(
        self, heard: list[Reception], phy: bytes, slots: Callable[[Reception], list[Slot]], share: float = ALL
    ) -> Sent:
        """Send by the first of those who heard the frame, and in the first of its windows, that can be had.

        Not by another one when nothing is known of the first: the answer may be on the air.
        """
        outcome = Sent(False)
        for reception in heard:
            outcome = await self._send_by(reception.gateway, phy, slots(reception), share)
            if outcome.ok or outcome.reason == NO_TX_ACK:
                break
        return outcome

    async def _send_by(self, gateway: str, phy: bytes, slots: list[Slot], share: float) -> Sent:
        """In the first window that `share` of the duty cycle and the concentrator allow.

        Where RX1 belongs to another unit already, as when a street joins at once, a join-accept of two
        seconds in RX2 would cost more than it brings: the unit asks again sooner than that.
        """
        concentrator = self._concentrators.reachable(gateway)
        if concentrator is None:
            return self._counted(_UNREACHABLE, gateway)
        outcome = Sent(False)
        for slot in slots:
            if outcome.reason == _BUSY and _airtime_us(phy, slot) > _LONG_US:
                break
            outcome = await self._send(concentrator, phy, slot, share)
            if outcome.ok or outcome.reason == NO_TX_ACK:
                break
        return outcome

    @asynccontextmanager
    async def turn(self, gateway: str | None) -> AsyncIterator[Concentrator | None]:
        """The turn of a concentrator to send at once, one frame at a time: that one, or another in service.

        None: there is none.
        """
        concentrator = self._concentrators.answering(gateway)
        if concentrator is None:
            self._counted(_UNREACHABLE, gateway)
            yield None
            return
        async with concentrator.turn:
            await self._free(concentrator)
            yield concentrator

    async def send_at_once(
        self, concentrator: Concentrator, phy: bytes, terms: Terms, share: float = _CLASS_C_SHARE
    ) -> Sent:
        """Send to who always listens, in the concentrator's turn."""
        slot = Slot(None, *terms.rx2)
        outcome = await self._send(concentrator, phy, slot, share)
        if outcome.ok:
            concentrator.free_at_s = self._clock.now() + _airtime_us(phy, slot) / 1e6 + _GAP_S
        return outcome

    async def send_by_all(self, phy: bytes, terms: Terms) -> Sent:
        """Tell a group, by one concentrator after the other: who hears two at once understands neither."""
        outcome = _UNREACHABLE
        for concentrator in self._concentrators.all_reachable():
            async with concentrator.turn:
                await self._free(concentrator)
                sent = await self.send_at_once(concentrator, phy, terms, _MULTICAST_SHARE)
            outcome = outcome if outcome.ok else sent
            if sent.ok:
                await self._free(concentrator)
        return outcome

    async def _free(self, concentrator: Concentrator) -> None:
        """When what it was to send at once before has ended."""
        await self._clock.sleep(min(concentrator.free_at_s - self._clock.now(), _LONGEST_S))

    async def _send(self, concentrator: Concentrator, phy: bytes, slot: Slot, share: float) -> Sent:
        address = concentrator.address
        if self.endpoint is None or address is None:
            return self._counted(_UNREACHABLE, concentrator.eui)
        now_s = self._clock.now()
        on_air_us = _airtime_us(phy, slot)
        if not self._ledger.allows(concentrator.eui, slot.freq_hz, on_air_us, now_s, share):
            return self._counted(Sent(False, "duty_cycle"), concentrator.eui)
        airtime = Airtime(concentrator.eui, band(slot.freq_hz), now_s, on_air_us)
        await self._note(airtime)
        transmission = Transmission(phy, slot.tmst, slot.freq_hz, slot.dr, self._power_dbm)
        outcome = await self.endpoint.transmit(address, transmission)
        if outcome.reason == NO_TX_ACK:
            concentrator.silent = True
        elif not outcome.ok:
            self._ledger.take_back(airtime)
            self._memory.take_back_airtime(airtime)
        return self._counted(outcome, concentrator.eui)

    async def _note(self, airtime: Airtime) -> None:
        """In the ledger, and on the disk, before it is sent: a kill in between is to cost the law nothing."""
        self._ledger.note(airtime)
        try:
            await self._memory.note_airtime(airtime, airtime.time_s - PERIOD_S)
        except sqlite3.Error:
            return  # the writer has counted it; who waits for an answer is not to pay for a full disk

    def _counted(self, outcome: Sent, gateway: str | None) -> Sent:
        if outcome.ok:
            self._counts.count("downlinks")
        else:
            self._counts.reject(f"downlink_{outcome.reason}", gateway=gateway)
        return outcome


def _airtime_us(phy: bytes, slot: Slot) -> int:
    sf, bw_hz = eu868.modulation(slot.dr)
    return airtime_us(len(phy), sf, bw_hz, crc=False)
