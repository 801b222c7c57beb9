"""Adaptive data rate: how a unit should send, by how well it was heard lately.

Semtech's recommended algorithm ("LoRaWAN - simple rate adaptation recommended algorithm", 2016), which other
network servers run by default: what the best of the last frames had to spare above the demodulator's floor
is spent in steps of 3 dB, on the data rate first and on transmit power then; where there is too little, the
power is raised. The data rate is never lowered from here: a unit that is not heard finds its own way back
(LoRaWAN 1.0.4, 4.3.1.1). So no report that fitted into a frame ever ceases to fit.
"""

import msgspec
from corolle.wire import eu868

from corolle_gateway.links.lorawan.terms import Change, Terms

# SNR at which a LoRa demodulator still works (SX1301 datasheet, table 1), by spreading factor from 7 on.
_FLOOR_DB = (-7.5, -10.0, -12.5, -15.0, -17.5, -20.0)
_FRAMES = 20
_LOWEST_DB = -32  # with its quarters, an SNR has a byte
_STEP_DB = 3.0
_FASTEST = 5  # the channels told in the join-accept carry no more
_ALL_CHANNELS = 0x00FF  # all that the terms have
_DEFAULT_CHANNELS = 0x0007
# A unit that was without mains goes on up to 32 counters later: such a gap says nothing of its channel.
_LONGEST_GAP = 15
# Transmissions of each frame, by loss up to so many per cent, and by what they are now (1, 2, 3).
_NB_TRANS = ((5.0, (1, 1, 2)), (10.0, (1, 2, 3)), (30.0, (2, 3, 3)), (100.0, (3, 3, 3)))


class Manner(msgspec.Struct, frozen=True, array_like=True):
    """How a unit sends: data rate, index of the transmit power, transmissions of each frame."""

    data_rate: int
    tx_power: int = 0
    nb_trans: int = 1


class LinkState(msgspec.Struct, array_like=True):
    """What is known of one session's way through the air, as it is kept with the session.

    `history` has two bytes for each of the last frames, older ones first: how many were lost before it, and
    its SNR in quarters of a dB above -32.
    """

    manner: Manner | None = None  # None: not heard yet
    history: bytes = b""
    asked: Manner | None = None  # what LinkADRReq asked for and LinkADRAns has not answered
    most_data_rate: int = _FASTEST  # the unit has refused more
    most_tx_power: int = eu868.MAX_TX_POWER
    ch_mask: int = _ALL_CHANNELS
    status_s: float = 0.0  # when DevStatusAns came
    status_asked_s: float = 0.0
    terms: Terms = Terms()
    open_changes: tuple[Change, ...] = ()  # asked for, and neither taken nor refused
    refused: tuple[Change, ...] = ()  # not asked for again

    def note(self, data_rate: int, snr_db: float, lost: int) -> None:
        """A frame was heard, after `lost` that were not."""
        before = self.manner or Manner(data_rate)
        if data_rate < before.data_rate:  # it falls back, and has raised its power before (4.3.1.1)
            self.history = b""
            before = Manner(data_rate, 0, before.nb_trans)
        self.manner = Manner(data_rate, before.tx_power, before.nb_trans)
        frame = bytes(
            (lost if lost <= _LONGEST_GAP else 0, min(max(round(4 * (snr_db - _LOWEST_DB)), 0), 255))
        )
        self.history = (self.history + frame)[-2 * _FRAMES :]

    def wanted(self, margin_db: float) -> Manner | None:
        """How the unit should send; None before its first frame. As it does, as long as too few are known."""
        now = self.manner
        if now is None or len(self.history) < 2 * _FRAMES:
            return now
        steps = int((self._best_db() - floor_db(now.data_rate) - margin_db) / _STEP_DB)
        faster = max(min(steps, self.most_data_rate - now.data_rate), 0)
        tx_power = min(max(now.tx_power + steps - faster, 0), max(self.most_tx_power, now.tx_power))
        return Manner(now.data_rate + faster, tx_power, self._nb_trans(now.nb_trans))

    def answered(self, power_ok: bool, data_rate_ok: bool, mask_ok: bool) -> bool | None:
        """LinkADRAns: whether the unit does as it was asked; None when it was not."""
        asked, self.asked = self.asked, None
        if asked is None:
            return None
        if power_ok and data_rate_ok and mask_ok:
            before = self.manner
            if before is None or (before.tx_power, before.nb_trans) != (asked.tx_power, asked.nb_trans):
                self.history = b""  # what was heard before was sent otherwise
            self.manner = asked
            return True
        if not data_rate_ok:
            self.most_data_rate = max(asked.data_rate - 1, 0)
        if not power_ok:
            self.most_tx_power = max(asked.tx_power - 1, 0)
        if not mask_ok:
            self.ch_mask = _DEFAULT_CHANNELS
        return False

    @property
    def mask(self) -> int:
        """The channels that a LinkADRReq switches on."""
        return self.terms.ch_mask if self.ch_mask == _ALL_CHANNELS else self.ch_mask

    def _best_db(self) -> float:
        return max(self.history[1::2]) / 4 + _LOWEST_DB

    def _nb_trans(self, now: int) -> int:
        lost = sum(self.history[2::2])
        loss_pct = 100 * lost / (lost + _FRAMES - 1)
        row = next(row for below, row in _NB_TRANS if loss_pct < below)
        return row[min(now, 3) - 1]


def floor_db(data_rate: int) -> float:
    """The SNR that a data rate needs."""
    sf, _ = eu868.modulation(data_rate)
    return _FLOOR_DB[sf - 7]
