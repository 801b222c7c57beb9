"""PWM: what the LEDC peripheral of the chip can give at once."""

from collections.abc import Iterator
from math import log2

from corolle_tools.boards.definition import Definition
from corolle_tools.boards.finding import Finding

_CLOCK_HZ = 80_000_000
_STEPS_BITS = 10  # 0.1 %


def timers(board: Definition) -> Iterator[Finding]:
    """More channels or frequencies than there are; a frequency that leaves too few steps."""
    mcu, source = board.mcu, board.mcu.sources["ledc"]
    modulated = {
        part: entry["freq_hz"]
        for part, entry in board.fitted.items()
        if isinstance(entry.get("freq_hz"), int) and entry["freq_hz"] > 0
    }
    if len(modulated) > mcu.ledc_channels:
        what, why = f"are {len(modulated)} PWM outputs", f"an {mcu.name} has {mcu.ledc_channels} ({source})"
        yield Finding("fitted", what, why, f"Right would be up to {mcu.ledc_channels}")
    if len(set(modulated.values())) > mcu.ledc_timers:
        what = f"have {len(set(modulated.values()))} PWM frequencies"
        why, right = (
            f"an {mcu.name} has {mcu.ledc_timers} timers ({source})",
            "Right would be one for several outputs",
        )
        yield Finding("fitted", what, why, right)
    for part, freq_hz in modulated.items():
        bits = min(mcu.ledc_bits, int(log2(_CLOCK_HZ / freq_hz))) if freq_hz <= _CLOCK_HZ else 0
        if bits < _STEPS_BITS:
            where = f"fitted.{part}.freq_hz = {freq_hz}"
            what, why = f"leaves {2**bits} steps of light", f"80 MHz are divided among them ({source})"
            yield Finding(where, what, why, f"Right would be up to {_CLOCK_HZ >> _STEPS_BITS:_}")
