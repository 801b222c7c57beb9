"""Settings that the city wants, over LoRaWAN: taken all or none, and told. In memory while that is done."""

from corolle.system.settings import rows
from corolle.wire.errors import FrameError
from corolle.wire.settings_words import MOST_PAIRS, mark, pack_answer, unpack_pairs


def take(common, unit, payload: bytes) -> bytes:
    """Carry out a message of settings_words.py; the answer."""
    settings = common.settings
    if len(payload) == 1:
        changed = [row[0] for row in rows(*settings.tables) if settings[row[0]] != row[1]]
        first = payload[0]
        pairs = [(name, settings[name]) for name in changed[first : first + MOST_PAIRS]]
        return pack_answer(settings.hash(), len(changed), first, pairs)
    try:
        _set(common, unit, unpack_pairs(payload))
    except (FrameError, OSError, ValueError) as error:
        common.refused["settings"] = common.refused.get("settings", 0) + 1
        common.log("settings", level="warn", error=str(error))
    return pack_answer(settings.hash(), 0, 0, ())


def _set(common, unit, pairs: list) -> None:
    wanted = {}
    for row in rows(*common.settings.tables):
        number = mark(row[0])
        for pair in pairs:
            if pair[0] == number:
                wanted[row[0]] = pair[1]
    if len(wanted) < len(pairs):
        raise ValueError("a setting that this unit does not have")
    common.settings.change(wanted)
    common.log("settings", by="city", names=",".join(wanted))
    unit.look_again(0)
