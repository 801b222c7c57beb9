"""Holds a mist line's memory against its log, and the log against its chain: at each boot, and once a day."""

import asyncio

from corolle.control import sanitary_boot
from corolle.control.sanitary_memory import BROKEN
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.sanitary_record import SANITARY, unpack
from corolle.wire.words import word_of

_AT_A_TIME = const(16)  # records, before others may run


async def prove(log, duties, refused: bool, dl: int) -> int:
    """Bring the memory of `duties` up to date; the first record's number that is wrong or gone, 0 for none.

    What is found stands in the memory and in the records to be written. `refused`: what feeds the line is
    not what the law wants. `dl`: the mist meter.
    """
    memory, records = duties.memory, duties.records
    wrong = 0
    if log.number < memory.number:
        wrong = log.number + 1
        log.skip(memory.number)
        memory.number = log.number
    await _follow(log, memory, dl)
    sanitary_boot.fed(memory, records, refused)
    if memory.has(BROKEN):
        return 0  # it was told, and waits for a person
    wrong = wrong or await log.verify(memory.trusted) or 0
    if wrong:
        memory.set(BROKEN, True)
        records.append(("log broken", wrong, ""))
    return wrong


async def _follow(log, memory, dl: int) -> None:
    """Sum up what was written and not kept in the memory."""
    if memory.number + 1 < log.first <= log.number:
        memory.number = log.first - 1
        sanitary_boot.lose(memory)
    while memory.number < log.number:
        memory.number += 1
        try:
            record = unpack(log.read(memory.number) or b"")
        except FrameError:
            sanitary_boot.lose(memory)
        else:
            sanitary_boot.follow(memory, word_of(SANITARY, record.code), record, dl)
        if not memory.number % _AT_A_TIME:
            await asyncio.sleep(0)
