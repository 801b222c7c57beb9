"""The two receive windows after an uplink (LoRaWAN 1.0.4, 3.3), timed from the end of that uplink."""

import time

from corolle.wire.airtime import symbol_us
from corolle.wire.compat import const
from corolle.wire.eu868 import modulation

# A window opens so much early and stays open so much longer: for the clocks of both sides, and for an
# interpreter that collects garbage when it should be on time.
_EARLY_MS = const(20)
# Preamble, sync word and header: until they are over the chip's timer runs.
_SYMBOLS_TO_HEADER = const(21)


async def open_windows(radio, end, delay_s: int, plan, handle, gap=None) -> bool:
    """Listen in each window of `plan`, (freq_hz, data rate) each, until handle(reception) is true.

    `end`: tick of the end of the uplink. `gap(tick)`: what to do until a window opens.
    """
    for freq_hz, data_rate in plan:
        start = time.ticks_add(end, delay_s * 1000 - _EARLY_MS)
        if gap is not None:
            await gap(start)
        sf, bw_hz = modulation(data_rate)
        open_ms = 2 * _EARLY_MS + _SYMBOLS_TO_HEADER * symbol_us(sf, bw_hz) // 1000 + 1
        reception = await radio.receive(freq_hz, sf, bw_hz, open_ms, start)
        if reception is not None and handle(reception):
            return True
        delay_s += 1
    return False
