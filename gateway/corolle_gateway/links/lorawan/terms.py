"""Terms: what a unit and its network have to agree on to hear each other (LoRaWAN 1.0.4, chapter 5).

Those of a join-accept hold from the beginning, the others when the unit has said that it took them.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec
from corolle.wire import eu868
from corolle.wire import mac_commands as mac

_FIXED = len(eu868.JOIN_CHANNELS_HZ)  # channels that every unit has, and keeps
_CF_LIST = 5  # frequencies that a join-accept has room for
_STEP_HZ = 100  # of a frequency on the air
_MIN_DR, _MAX_DR = 0, 5

# What a unit may refuse by each bit of its answer, in their order on the air.
_REFUSALS = {
    mac.RX_PARAM_SETUP: ("rx1_dr_offset", "rx2_dr", "rx2_frequency"),
    mac.NEW_CHANNEL: ("channel_data_rates", "channel_frequency"),
    mac.DL_CHANNEL: ("rx1_channel", "rx1_frequency"),
    mac.RX_TIMING_SETUP: (),
    mac.DUTY_CYCLE: (),
}
ANSWERS = tuple(_REFUSALS)
# Repeated in each uplink until the unit has heard a downlink (5.4, 5.7, 5.8).
STICKY = (mac.RX_PARAM_SETUP, mac.RX_TIMING_SETUP, mac.DL_CHANNEL)


class Change(msgspec.Struct, frozen=True, array_like=True):
    """One request of the network's: a CID, and its values in the order of wire/mac_commands.py."""

    cid: int
    values: tuple[int, ...]

    @property
    def command(self) -> bytes:
        """As it is sent."""
        return mac.build(self.cid, False, *self.values)

    @property
    def name(self) -> str:
        """For people."""
        if self.cid == mac.NEW_CHANNEL:
            return f"channel {self.values[0]}"
        if self.cid == mac.DL_CHANNEL:
            return f"rx1 of channel {self.values[0]}"
        return {mac.RX_PARAM_SETUP: "rx2", mac.RX_TIMING_SETUP: "rx1_delay_s"}.get(self.cid, "max_duty_cycle")

    def refusals(self, answer: bytes) -> list[str]:
        """What a unit does not take, by the bits of its answer; empty: it takes all."""
        bits = mac.read(self.cid, True, answer)
        return [what for what, taken in zip(_REFUSALS[self.cid], bits, strict=True) if not taken]


class Terms(msgspec.Struct, frozen=True, array_like=True):
    """The defaults are those of all sessions from before there was anything to choose."""

    channels_hz: tuple[int, ...] = (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)
    rx1_hz: tuple[int, ...] = ()  # by channel, where RX1 is; 0, or none: where the uplink was
    rx1_delay_s: int = eu868.RECEIVE_DELAY1_S
    rx1_dr_offset: int = 0
    rx2_dr: int = 3  # an eighth of the time on air of DR0
    rx2_hz: int = eu868.RX2_FREQ_HZ
    max_duty_cycle: int = 0  # of all sub-bands together, 1 / 2**n

    @property
    def rx2(self) -> tuple[int, int]:
        """Where class C listens: frequency and data rate."""
        return self.rx2_hz, self.rx2_dr

    @property
    def ch_mask(self) -> int:
        """The channels that there are, as a LinkADRReq names them."""
        return (1 << _FIXED) - 1 | sum(1 << _FIXED + i for i, hz in enumerate(self.channels_hz) if hz)

    @property
    def cf_list(self) -> tuple[int, ...] | None:
        """What a join-accept tells of the channels."""
        told = self.channels_hz[:_CF_LIST]
        return told + (0,) * (_CF_LIST - len(told)) if told else None

    def downlink_hz(self, uplink_hz: int) -> int:
        """Where RX1 is after an uplink."""
        if not self.rx1_hz:
            return uplink_hz
        channels_hz = eu868.JOIN_CHANNELS_HZ + self.channels_hz
        told = dict(zip(channels_hz, self.rx1_hz, strict=False))
        return told.get(uplink_hz) or uplink_hz


def wanted(
    channels_hz: tuple[int, ...],
    rx1_hz: int | None,
    rx1_delay_s: int,
    rx1_dr_offset: int,
    rx2_dr: int,
    rx2_hz: int,
    max_duty_cycle: int,
) -> Terms:
    """Terms as a city wants them. `rx1_hz`: one frequency for RX1 of all channels; None: the uplink's own."""
    everywhere = (rx1_hz,) * (_FIXED + len(channels_hz)) if rx1_hz else ()
    others = rx1_delay_s, rx1_dr_offset, rx2_dr, rx2_hz, max_duty_cycle
    return shared(Terms(channels_hz, everywhere, *others))


def joined(wish: Terms) -> Terms:
    """Of what is wanted, what a join-accept tells (6.2.3)."""
    return shared(
        Terms(
            channels_hz=wish.channels_hz[:_CF_LIST],
            rx1_delay_s=wish.rx1_delay_s,
            rx1_dr_offset=wish.rx1_dr_offset,
            rx2_dr=wish.rx2_dr,
        )
    )


@lru_cache(maxsize=256)
def shared(terms: Terms) -> Terms:
    """The same terms, as one object for all units that have them."""
    return terms


def changes(now: Terms, wish: Terms) -> Iterator[Change]:
    """What has to be asked for to come from one to the other; a channel before its RX1."""
    if now.rx1_delay_s != wish.rx1_delay_s:
        yield Change(mac.RX_TIMING_SETUP, (wish.rx1_delay_s,))
    if (now.rx2, now.rx1_dr_offset) != (wish.rx2, wish.rx1_dr_offset):
        yield Change(mac.RX_PARAM_SETUP, (wish.rx1_dr_offset, wish.rx2_dr, wish.rx2_hz // _STEP_HZ))
    if now.max_duty_cycle != wish.max_duty_cycle:
        yield Change(mac.DUTY_CYCLE, (wish.max_duty_cycle,))
    for i in range(max(len(now.channels_hz), len(wish.channels_hz))):
        if _at(now.channels_hz, i) != (hz := _at(wish.channels_hz, i)):
            yield Change(mac.NEW_CHANNEL, (_FIXED + i, hz // _STEP_HZ, _MAX_DR, _MIN_DR))
    channels_hz = eu868.JOIN_CHANNELS_HZ + now.channels_hz
    for i, up_hz in enumerate(channels_hz):
        if up_hz and (_at(now.rx1_hz, i) or up_hz) != (hz := _at(wish.rx1_hz, i) or up_hz):
            yield Change(mac.DL_CHANNEL, (i, hz // _STEP_HZ))


def taken(now: Terms, change: Change) -> Terms:
    """The terms after a unit has done as it was asked."""
    first, *rest = change.values
    if change.cid == mac.RX_TIMING_SETUP:
        after = msgspec.structs.replace(now, rx1_delay_s=first)
    elif change.cid == mac.RX_PARAM_SETUP:
        after = msgspec.structs.replace(now, rx1_dr_offset=first, rx2_dr=rest[0], rx2_hz=rest[1] * _STEP_HZ)
    elif change.cid == mac.DUTY_CYCLE:
        after = msgspec.structs.replace(now, max_duty_cycle=first)
    elif change.cid == mac.NEW_CHANNEL:  # a channel that is defined anew has its RX1 where it sends
        channels_hz = _with(now.channels_hz, first - _FIXED, rest[0] * _STEP_HZ)
        after = msgspec.structs.replace(now, channels_hz=channels_hz, rx1_hz=_with(now.rx1_hz, first, 0))
    else:
        hz = rest[0] * _STEP_HZ
        is_usual = hz == _at(eu868.JOIN_CHANNELS_HZ + now.channels_hz, first)
        after = msgspec.structs.replace(now, rx1_hz=_with(now.rx1_hz, first, 0 if is_usual else hz))
    return shared(after)


def _at(places: tuple[int, ...], i: int) -> int:
    return places[i] if i < len(places) else 0


def _with(places: tuple[int, ...], i: int, value: int) -> tuple[int, ...]:
    """`places` with another value at `i`, no longer than it has to be."""
    filled = [*places, *(0,) * (i + 1 - len(places))]
    filled[i] = value
    while filled and not filled[-1]:
        filled.pop()
    return tuple(filled)
