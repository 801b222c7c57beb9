"""A unit tests its parts: each is good, bad, untested or not fitted, and why. In memory while that lasts.

What it finds is kept in the store as lines `part=verdict: figures`, the sum before them; it is told as an
event, and in whole to whoever asks (wire/gatt_words.py).
"""

from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_RECORD = const("self-test")
_BOARD = const("corolle.units.self_test_board")
_SUM = const("corolle.units.self_test_sum")
_BROKEN_OFF = const(b"self-test=bad: broken off by a reset")


async def run(common, unit: str, parts: tuple) -> None:
    """Test everything. `unit` names the module that knows the `parts` of a unit of this kind."""
    common.log("self_test", state="begins")
    common.save(_RECORD, _BROKEN_OFF)  # should it be what resets the node
    lines: list = []
    try:
        for module in (_BOARD, unit):
            await _stage(common, module, parts, lines)
    finally:
        common.testing = ""
    with borrowed(_SUM) as self_test_sum:
        self_test_sum.complete(common, lines)
        self_test_sum.tell(common, lines)


async def _stage(common, module: str, parts: tuple, lines: list) -> None:
    """One module after the other: each is let go of before the next comes."""
    try:
        with borrowed(module) as stage:
            await stage.look(common, parts, lines)
    except (OSError, ValueError, MemoryError) as error:
        lines.append(f"{module.split('.')[-1]}=bad: {error!r}")
