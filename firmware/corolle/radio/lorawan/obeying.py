"""What the network asks of a node by MAC commands (LoRaWAN 1.0.4, chapter 5). In memory as long as that."""

from corolle.wire import eu868
from corolle.wire import mac_commands as mac
from corolle.wire.compat import const

_KEEP = const(0x0F)
_ALL_ON = const(6)  # ChMaskCntl, RP002 table 9
_FIXED_CHANNELS = const(3)


class Obedience:
    """Changes `session` and `duty`, tells `network_time`, and gives `answers` what is to be answered."""

    def __init__(self, session, duty, battery, answers, network_time):
        self._session = session
        self._duty = duty
        self._battery = battery
        self._answers = answers
        self._time = network_time

    def obey(self, data: bytes, snr_db: int) -> bool:
        """Carry out the commands of a downlink; whether the session changed and must be kept.

        FrameError: the last one is cut off, and none was carried out.
        """
        commands = mac.parse(data, False)
        changed = False
        i = 0
        while i < len(commands):
            cid, payload = commands[i]
            if cid == mac.LINK_ADR:
                block = _block_from(commands, i)
                changed = self._link_adr(block) or changed
                i += len(block) - 1
            elif cid == mac.DEV_STATUS:
                margin_db = min(max(snr_db, -32), 31) & 0x3F
                self._answer(mac.DEV_STATUS, self._battery(), margin_db)
            elif cid == mac.DEVICE_TIME:
                self._time.answered(*mac.read(cid, False, payload))
            elif cid != mac.LINK_CHECK:
                changed = self._set_up(cid, payload) or changed
            i += 1
        return changed

    def _set_up(self, cid: int, payload: bytes) -> bool:
        values = mac.read(cid, False, payload)
        if cid == mac.DUTY_CYCLE:
            return self._duty_cycle(*values)
        if cid == mac.RX_PARAM_SETUP:
            return self._rx_param_setup(*values)
        if cid == mac.NEW_CHANNEL:
            return self._new_channel(*values)
        if cid == mac.DL_CHANNEL:
            return self._dl_channel(*values)
        self._session.rx1_delay_s = values[0] or 1
        self._answer(mac.RX_TIMING_SETUP)
        return True

    def _link_adr(self, block: list) -> bool:
        """A block of LinkADRReq acts as one: all of it or nothing, and each gets the same answer (5.3)."""
        session = self._session
        ch_mask = session.ch_mask
        mask_ok = True
        data_rate = tx_power = nb_trans = 0
        for payload in block:
            data_rate, tx_power, mask, control, nb_trans = mac.read(mac.LINK_ADR, False, payload)
            ch_mask = self._ch_mask(mask, control)
            mask_ok = mask_ok and ch_mask != 0
        data_rate = session.data_rate if data_rate == _KEEP else data_rate
        tx_power = session.tx_power if tx_power == _KEEP else tx_power
        power_ok = tx_power <= eu868.MAX_TX_POWER
        data_rate_ok = bool(session.usable(data_rate, ch_mask if mask_ok else session.ch_mask))
        accepted = power_ok and data_rate_ok and mask_ok
        if accepted:
            session.data_rate, session.tx_power, session.ch_mask = data_rate, tx_power, ch_mask
            session.nb_trans = nb_trans or session.nb_trans
        for _ in block:
            self._answer(mac.LINK_ADR, power_ok, data_rate_ok, mask_ok)
        return accepted

    def _ch_mask(self, mask: int, control: int) -> int:
        """The mask wanted, 0 when it cannot be: no channel, or one that is not defined."""
        defined = 0
        for index in self._session.channels:
            defined |= 1 << index
        if control == _ALL_ON:
            return defined
        return 0 if control or mask & ~defined else mask

    def _duty_cycle(self, exponent: int) -> bool:
        self._session.max_duty_cycle = exponent
        self._duty.limit(exponent)
        self._answer(mac.DUTY_CYCLE)
        return True

    def _rx_param_setup(self, offset: int, data_rate: int, freq: int) -> bool:
        freq_hz = 100 * freq
        offset_ok = offset <= 5
        data_rate_ok = data_rate <= eu868.MAX_DATA_RATE
        freq_ok = eu868.sub_band(freq_hz) is not None
        accepted = offset_ok and data_rate_ok and freq_ok
        if accepted:
            session = self._session
            session.rx1_dr_offset, session.rx2_dr, session.rx2_freq_hz = offset, data_rate, freq_hz
        self._answer(mac.RX_PARAM_SETUP, offset_ok, data_rate_ok, freq_ok)
        return accepted

    def _new_channel(self, index: int, freq: int, max_dr: int, min_dr: int) -> bool:
        freq_hz = 100 * freq
        index_ok = _FIXED_CHANNELS <= index < eu868.MAX_CHANNELS
        freq_ok = index_ok and (freq_hz == 0 or eu868.sub_band(freq_hz) is not None)
        data_rates_ok = index_ok and min_dr <= max_dr <= eu868.MAX_DATA_RATE
        accepted = freq_ok and data_rates_ok
        if accepted and freq_hz:
            self._session.add_channel(index, freq_hz, min_dr, max_dr)
        elif accepted:
            self._session.remove_channel(index)
            self._stay_heard()
        self._answer(mac.NEW_CHANNEL, data_rates_ok, freq_ok)
        return accepted

    def _stay_heard(self) -> None:
        """Without its channels a node would be mute for ever: the fixed ones it always has."""
        session = self._session
        if not session.usable(session.data_rate, session.ch_mask):
            session.ch_mask |= (1 << _FIXED_CHANNELS) - 1
            session.data_rate = min(session.data_rate, 5)

    def _dl_channel(self, index: int, freq: int) -> bool:
        freq_hz = 100 * freq
        channel = self._session.channels.get(index)
        freq_ok = eu868.sub_band(freq_hz) is not None
        if channel and freq_ok:
            self._session.rx1_hz[channel[0]] = freq_hz
        self._answer(mac.DL_CHANNEL, channel is not None, freq_ok)
        return bool(channel and freq_ok)

    def _answer(self, cid: int, *values) -> None:
        sticky = cid in (mac.RX_PARAM_SETUP, mac.RX_TIMING_SETUP, mac.DL_CHANNEL)
        self._answers.add(mac.build(cid, True, *values), sticky)


def _block_from(commands: list, start: int) -> list:
    block = []
    while start < len(commands) and commands[start][0] == mac.LINK_ADR:
        block.append(commands[start][1])
        start += 1
    return block
