"""Who keeps a canopy's mist line, and does by order what its sanitary log asks a person for."""

from corolle.wire.errors import FrameError
from corolle.wire.sanitary_record import PORT, SANITARY, unpack
from corolle.wire.words import VERBS, code_of, word_of

from corolle_hil.board import Board
from corolle_hil.replay.order_wire import Wire
from corolle_hil.scheduler import Scheduler

AUTHOR = "keeper"
_HOUR_US = 3_600_000_000
# What is done for a duty: (order, value, hours after it came up). To rinse and disinfect takes an afternoon,
# a laboratory grows Legionella for ten days (NF T90-431) and here finds none.
_DONE = {
    "disinfection due": (("cleaned", 0, 4),),
    "sampling due": (("sampled", 0, 20), ("lab", 0, 20 + 10 * 24)),
}
_VALID_S = 86_400


class Keeper:
    """One person at the end of a canopy's wire.

    The canopy's clock is right from its first word on, for the wire answers that with the time.
    """

    def __init__(self, scheduler: Scheduler, board: Board):
        self.done: list[str] = []
        self._scheduler = scheduler
        self._wire = Wire(scheduler, board, self._hear)
        self._newest = 0  # record that was read: one that is told again asks for nothing new

    def _hear(self, port: int, payload: bytes) -> None:
        if port != PORT:
            return
        try:
            record = unpack(payload)
        except FrameError:
            return  # the wire lost some of it; the node tells its last record again after a day
        if record.number <= self._newest:
            return
        self._newest = record.number
        for verb, value, after_h in _DONE.get(word_of(SANITARY, record.code), ()):
            self._scheduler.after(after_h * _HOUR_US, self._order, verb, value)

    def _order(self, verb: str, value: int) -> None:
        self.done.append(verb)
        until_s = self._scheduler.unix_us // 1_000_000 + _VALID_S
        self._wire.order(code_of(VERBS, verb), value, until_s, AUTHOR)
