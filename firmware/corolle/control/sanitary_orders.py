"""What people do and decide about a mist line, as orders with an author. Pure; needed seldom.

Code de la sante publique, R. 1335-19 (operator) and L. 1335-4 (prefect's ban); arrete du 7 aout 2017,
articles 4, 8 and 11. An order says what a person has done: the node cannot drain or disinfect a line.
"""

from corolle.control import sanitary_memory as memories
from corolle.wire.compat import const

_SAMPLE_AFTER_S = const(14 * 86400)  # article 8: the sample is taken 14 days after a cleaning or later
CLEAN_CFU_L = const(10)  # article 11: below this misting may begin again
_STOP_CFU_L = const(1000)  # article 11 stops above, and prevents "between": the figure itself counts as above


def carry_out(memory, records: list, now_s: int, verb: str, value: int, author: str) -> str:
    """Obey a legal order; the verdict. What is to be recorded comes behind `records` (word, value, author).

    "refused": nobody signs it, or it cannot be true (a sample too soon after a cleaning).
    """
    if not author:
        return "refused"
    if verb == "sampled" and now_s - memory.cleaned_s < _SAMPLE_AFTER_S:
        return "refused"
    obey = _OBEY.get(verb)
    if obey is None:
        return "not fitted"
    for word, figure in obey(memory, now_s, value, author):
        records.append((word, figure, author))
    return "accepted"


def _ban(memory, now_s, value, author):
    memory.set(memories.BANNED, True)
    memory.author = author
    return (("ban", 0),)


def _lift(memory, now_s, value, author):
    """A ban first: whoever lifts one has not seen to the log."""
    if memory.has(memories.BANNED):
        memory.set(memories.BANNED, False)
        memory.author = ""
        return (("ban lifted", 0),)
    if memory.has(memories.BROKEN):
        memory.set(memories.BROKEN, False)
        memory.trusted = memory.number
        return (("log accepted", 0),)
    return ()


def _lab(memory, now_s, value, author):
    stopped = memory.has(memories.LAB_STOP)
    memory.set(memories.PREVENTIVE, value >= CLEAN_CFU_L)
    if value >= _STOP_CFU_L:
        memory.set(memories.LAB_STOP, True)
        return ("lab result", value), ("lab stop", value)
    if stopped and value < CLEAN_CFU_L:
        memory.set(memories.LAB_STOP, False)
        return ("lab result", value), ("lab lifted", value)
    return (("lab result", value),)


def _cleaned(memory, now_s, value, author):
    memory.set(memories.DRAINED | memories.DRAINING | memories.UNCLEAN | memories.SAMPLING, False)
    memory.set(memories.DUE, True)
    memory.cleaned_s = memory.used_s = now_s
    return (("cleaned", 0),)


def _sampled(memory, now_s, value, author):
    memory.set(memories.SAMPLING, False)
    memory.sampled_s = now_s
    return (("sampled", 0),)


def _drain(memory, now_s, value, author):
    memory.set(memories.DRAINED, True)
    memory.set(memories.DRAINING, False)
    return (("drained", memory.idle_days(now_s)),)


_OBEY = {
    "ban": _ban,
    "lift": _lift,
    "lab": _lab,
    "cleaned": _cleaned,
    "sampled": _sampled,
    "drain": _drain,
}
