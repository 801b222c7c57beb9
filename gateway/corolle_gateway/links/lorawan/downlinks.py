"""Sending: which concentrator, which window, within which duty cycle."""

from corolle.wire import eu868
from corolle.wire.airtime import airtime_us
from msgspec import Struct

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.concentrators import Concentrator, Concentrators
from corolle_gateway.links.lorawan.dedup import best_of
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
MULTICAST_SHARE = 0.7  # a group that cannot be told at once is told one by one
UPKEEP_SHARE = 0.5
_LONG_US = 1_000_000  # nobody is heard meanwhile: too long while others want to be answered
_BUSY = "collision_packet"
_LONGEST_S = 4.0  # no frame takes longer: if it seems so, the clock was set back
_GAP_S = 0.05  # between two frames that are sent at once
_TMST_MODULUS = 2**32


class Slot(Struct, frozen=True):
    """When and how a frame may be sent. `tmst` None: at once."""

    tmst: int | None
    freq_hz: int
    dr: int


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

    def best_reachable(self, receptions: list[Reception]) -> Reception:
        """Who heard a frame best of those that can answer it; who heard it best if nobody can."""
        usable = [each for each in receptions if self._concentrators.reachable(each.gateway)]
        return best_of(usable or receptions)

    async def send_in_window(self, gateway: str, phy: bytes, slots: list[Slot], share: float = ALL) -> Sent:
        """Send in the first window that `share` of the duty cycle and the concentrator allow.

        Where RX1 belongs to another unit already, as when a street joins at once, a join-accept of two
        seconds in RX2 would cost more than it brings: the unit asks again sooner than that.
        """
        concentrator = self._concentrators.reachable(gateway)
        if concentrator is None:
            return self._counted(Sent(False, "unreachable"), gateway)
        outcome = Sent(False)
        for slot in slots:
            if outcome.reason == _BUSY and _airtime_us(phy, slot) > _LONG_US:
                break
            outcome = await self._send(concentrator, phy, slot, share)
            if outcome.ok or outcome.reason == NO_TX_ACK:  # without an answer it may be on the air
                break
        return outcome

    def reachable(self) -> list[str]:
        """The EUIs of all concentrators in service."""
        return [each.eui for each in self._concentrators.all_reachable()]

    async def send_at_once(
        self, gateway: str | None, phy: bytes, terms: Terms, share: float = _CLASS_C_SHARE
    ) -> Sent:
        """Send to a unit that always listens, by the concentrator that heard it last if that can be."""
        concentrator = self._concentrators.reachable(gateway) or self._concentrators.any_reachable()
        if concentrator is None:
            return self._counted(Sent(False, "unreachable"), gateway)
        slot = Slot(None, *terms.rx2)
        async with concentrator.turn:
            # A concentrator sends one frame at a time.
            await self._clock.sleep(min(concentrator.free_at_s - self._clock.now(), _LONGEST_S))
            outcome = await self._send(concentrator, phy, slot, share)
            if outcome.ok:
                concentrator.free_at_s = self._clock.now() + _airtime_us(phy, slot) / 1e6 + _GAP_S
        return outcome

    async def _send(self, concentrator: Concentrator, phy: bytes, slot: Slot, share: float) -> Sent:
        address = concentrator.address
        if self.endpoint is None or address is None:
            return self._counted(Sent(False, "unreachable"), concentrator.eui)
        now_s = self._clock.now()
        on_air_us = _airtime_us(phy, slot)
        if not self._ledger.allows(concentrator.eui, slot.freq_hz, on_air_us, now_s, share):
            return self._counted(Sent(False, "duty_cycle"), concentrator.eui)
        airtime = Airtime(concentrator.eui, band(slot.freq_hz), now_s, on_air_us)
        self._ledger.note(airtime)  # before it is sent: a kill in between is to cost the law nothing
        self._memory.note_airtime(airtime, now_s - PERIOD_S)
        transmission = Transmission(phy, slot.tmst, slot.freq_hz, slot.dr, self._power_dbm)
        outcome = await self.endpoint.transmit(address, transmission)
        if not outcome.ok and outcome.reason != NO_TX_ACK:
            self._ledger.take_back(airtime)
            self._memory.take_back_airtime(airtime)
        return self._counted(outcome, concentrator.eui)

    def _counted(self, outcome: Sent, gateway: str | None) -> Sent:
        if outcome.ok:
            self._counts.count("downlinks")
        else:
            self._counts.reject(f"downlink_{outcome.reason}", gateway=gateway)
        return outcome


def _airtime_us(phy: bytes, slot: Slot) -> int:
    sf, bw_hz = eu868.modulation(slot.dr)
    return airtime_us(len(phy), sf, bw_hz, crc=False)
