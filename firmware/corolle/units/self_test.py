"""A unit tests its parts: each is good, bad, untested or not fitted, and why. In memory while that lasts.

What it finds is kept in the store as lines `part=verdict: figures`, the sum before them; it is told as an
event, and in whole to whoever asks (wire/gatt_words.py).
"""

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_RECORD = const("self-test")
_BOARD = const("corolle.units.self_test_board")
_BROKEN_OFF = const(b"self-test=bad: broken off by a reset")
_VERDICTS = ("good", "bad", "untested", "not fitted")
_SILENT = const("bad: nothing on it answers: wires, pull-ups, supply?")


async def run(common, unit: str, parts: tuple) -> None:
    """Test everything. `unit` names the module that knows the `parts` of a unit of this kind."""
    common.log("self_test", state="begins")
    common.save(_RECORD, _BROKEN_OFF)  # should it be what resets the node
    lines: list = []
    try:
        for module in (unit, _BOARD):
            await _stage(common, module, parts, lines)
    finally:
        common.testing = ""
    _complete(common, lines)
    _tell(common, lines)


async def _stage(common, module: str, parts: tuple, lines: list) -> None:
    """One module after the other: each is let go of before the next comes."""
    try:
        with borrowed(module) as stage:
            await stage.look(common, parts, lines)
    except (OSError, ValueError, MemoryError) as error:
        lines.append(f"{module.split('.')[-1]}=bad: {error!r}")


def _complete(common, lines: list) -> None:
    """What is fitted and nobody could speak of did not answer when the unit was put together."""
    buses: dict = {}
    for part in common.fitted.split():
        name, _, bus = part.partition("@")
        found = [line for line in lines if line.startswith(name + "=")]
        if not found:
            why = "untested: safe mode" if common.safe_mode else "bad: was not there at the boot"
            found = [f"{name}={why}"]
            lines.append(found[0])
        if bus:
            buses.setdefault(bus, []).append(found[0].split("=")[1][:4])
    for bus, verdicts in buses.items():
        silent, parts = verdicts.count("bad:"), len(verdicts)
        works = f"good: {parts - silent} of {parts} answer"
        lines.append(f"bus {bus}={works if silent < parts else _SILENT}")


def _tell(common, lines: list) -> None:
    """Keep it, and say so."""
    counts = [sum(1 for line in lines if f"={verdict}" in line) for verdict in _VERDICTS]
    bad = counts[1]
    for line in lines:
        part, _, found = line.partition("=")
        if found.startswith("bad"):
            common.log("self_test", level="warn", part=part, found=found)
    sums = ", ".join([f"{counts[place]} {_VERDICTS[place]}" for place in range(len(_VERDICTS))])
    lines.insert(0, f"self-test={'bad' if bad else 'good'}: {common.clock.stamp()}, {sums}")
    common.save(_RECORD, "\n".join(lines).encode())
    common.log("self_test", state="ends", good=counts[0], bad=bad, untested=counts[2])
    common.reporter.event("self-test", bad)
