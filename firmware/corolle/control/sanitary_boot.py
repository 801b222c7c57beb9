"""What a boot finds out about a mist line: what its log tells that its memory does not, and what feeds it.

The log is the truth and the memory its sum. Power may go between the two writes, and both copies of the
memory may be damaged: a ban is in force all the same. Pure; needed at a boot alone.
"""

from corolle.control import sanitary_memory as memories
from corolle.control.sanitary_orders import CLEAN_CFU_L

_BEGIN = {
    "log begun": memories.BEGUN,
    "drained": memories.DRAINED,
    "drain due": memories.DRAINING,
    "disinfection due": memories.UNCLEAN,
    "misting begun": memories.MISTING | memories.DUE,
    "cleaned": memories.DUE,
    "water warm": memories.WARM,
    "sampling due": memories.SAMPLING,
    "lab stop": memories.LAB_STOP,
    "ban": memories.BANNED,
    "supply refused": memories.REFUSED,
    "log broken": memories.BROKEN,
}
_END = {
    "purged": memories.DUE,
    "drained": memories.DRAINING,
    "disinfection due": memories.REFUSED,
    "misting begun": memories.DRAINING,
    "misting ended": memories.MISTING,
    "cleaned": memories.DRAINED | memories.DRAINING | memories.UNCLEAN | memories.SAMPLING,
    "water cool": memories.WARM,
    "sampled": memories.SAMPLING,
    "lab lifted": memories.LAB_STOP,
    "ban lifted": memories.BANNED,
    "log accepted": memories.BROKEN,
}
_MOMENTS = {
    "purged": ("renewed_s",),
    "misting begun": ("used_s",),
    "misting ended": ("used_s", "renewed_s"),
    "cleaned": ("cleaned_s", "used_s"),
    "sampled": ("sampled_s",),
}


def follow(memory, word: str, record, dl: int) -> None:
    """Take in a record of the log; `word` is what it tells, `dl` what the mist meter stands at now."""
    memory.set(_END.get(word, 0), False)
    memory.set(_BEGIN.get(word, 0), True)
    for moment in _MOMENTS.get(word, ()):
        setattr(memory, moment, record.time_s)
    if word == "lab result":
        memory.set(memories.PREVENTIVE, record.value >= CLEAN_CFU_L)
    elif word == "misting begun":
        memory.begun_dl = dl  # where it stood then is lost: what is told of this misting is rather too little
    elif word in ("ban", "ban lifted"):
        memory.author = record.author if memory.has(memories.BANNED) else ""
    elif word == "log accepted":
        memory.trusted = record.number


def lose(memory) -> None:
    """Records are gone that nobody has summed up: whatever they may have told is in force."""
    memory.set(memories.BEGUN | memories.DUE | memories.UNCLEAN | memories.BANNED | memories.LAB_STOP, True)


def fed(memory, records: list, refused: bool) -> None:
    """The line hangs on what the law wants, or (`refused`) on something else: recorded when that changes.

    Arrete du 7 aout 2017, article 7. What such water has touched is cleaned before anybody is misted.
    """
    if refused == memory.has(memories.REFUSED):
        return
    memory.set(memories.REFUSED, refused)
    if refused:
        records.append(("supply refused", 0, ""))
        return
    memory.set(memories.UNCLEAN, True)
    if memory.has(memories.BEGUN):  # else the log is yet to begin, and begins with it
        records.append(("disinfection due", 0, ""))
