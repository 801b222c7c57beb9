"""The hardware default is the safe state: what each output does while nobody drives it."""

from collections.abc import Iterator
from dataclasses import replace

from corolle_tools.boards.definition import Definition, End
from corolle_tools.boards.finding import Finding, listed
from corolle_tools.boards.keys import Pin

_CHIP_OHM = 45_000  # a chip's own weak pull (ESP32-S3 datasheet, table 5-4: R_PU and R_PD, typical)
_LOW = 0.25  # of the supply: below it is 0, and three quarters are 1 (the same table: V_IL and V_IH)
_DALI_TX = Pin("TX", "out", safe=0, else_="the DALI bus may be held low", must=False)


def safe(board: Definition) -> Iterator[Finding]:
    """Outputs whose level in reset is wrong, or nobody's."""
    for end in board.ends:
        if end.kind.safe is not None and not board.is_onboard(end):
            yield from _output(board, end, end.kind.safe)
    for entry in board.fitted.values():
        if entry["driver"] == "dali":
            owner = f"buses.{entry.get('bus')}"
            sends = [end for end in board.ends if (end.owner, end.key) == (owner, "mosi")]
            for end in sends:
                yield from _output(board, replace(end, kind=_DALI_TX), 0)


def _output(board: Definition, end: End, level: int) -> Iterator[Finding]:
    mcu, word = board.mcu, ("low", "high")[level]
    if level == 0 and end.gpio in mcu.high_glitch:
        what = f"is driven high for a moment when the supply comes, and {end.kind.else_}"
        free = listed(f"GPIO{gpio}" for gpio in board.free(end.kind))
        yield Finding(end.where, what, mcu.sources["reset"], f"Free and fit for it: {free}")
    up, down = board.pull_ohm(end.gpio, "up"), board.pull_ohm(end.gpio, "down")
    if up and down:
        why = f"pull_up_ohm.{end.gpio} and pull_down_ohm.{end.gpio} make a divider"
        yield Finding(end.where, "is pulled both ways", why, f"Right would be the one to {word} alone")
        return
    if end.gpio in mcu.gpios:
        yield from _rest(board, end, level)


def _rest(board: Definition, end: End, level: int) -> Iterator[Finding]:
    """The level that resistors give, those of the board and the chip's own."""
    mcu, gpio, (way, other) = board.mcu, end.gpio, (("down", "up"), ("up", "down"))[level]
    wanted, against = board.pull_ohm(gpio, way), board.pull_ohm(gpio, other)
    chip = {"up": gpio in mcu.pulled_up, "down": gpio in mcu.pulled_down}
    right = f"Right would be pull_{way}_ohm.{gpio} = 10_000"
    if against:
        what = f"is held {('high', 'low')[level]} by its pull-{other} in reset, and {end.kind.else_}"
        yield Finding(
            end.where, what, f"pull_{other}_ohm.{gpio} = {against}", right + ", and the other struck"
        )
    elif not wanted and chip[other]:
        what = f"is pulled {other} by the chip in reset, and {end.kind.else_}"
        yield Finding(end.where, what, mcu.sources["reset"], right, not end.kind.must)
    elif not wanted:
        what = f"floats in reset, and {end.kind.else_}"
        yield Finding(
            end.where, what, f"no resistor holds it {('low', 'high')[level]}", right, not end.kind.must
        )
    elif chip[other] and not _prevails(wanted):
        what = f"is pulled {other} by the chip, and pull_{way}_ohm.{gpio} = {wanted} is too weak against it"
        yield Finding(end.where, what, mcu.sources["reset"], right, not end.kind.must)


def _prevails(ohm: int) -> bool:
    """Whether a resistor wins against the chip's own pull the other way."""
    return ohm / (ohm + _CHIP_OHM) <= _LOW
