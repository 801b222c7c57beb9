"""Coming to terms with a unit: asked until it has answered, kept with its session, refusals counted."""

from corolle_gateway.clock import Clock, is_over
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.sessions import Session
from corolle_gateway.links.lorawan.terms import ANSWERS, STICKY, Change, Terms, changes, taken
from corolle_gateway.log import Log

_NONE: frozenset[int] = frozenset()
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 86_400.0


class Agreeing:
    """`wish`: the terms that all units should come to."""

    def __init__(self, clock: Clock, log: Log, counts: Counts, wish: Terms):
        self._clock = clock
        self._log = log
        self._counts = counts
        self._wish = wish

    def missing(self, session: Session) -> list[Change]:
        """What the unit has still to take, without what it has refused."""
        link = session.link
        if link.terms is self._wish:
            return []
        return [change for change in changes(link.terms, self._wish) if change not in link.refused]

    def due(self, session: Session) -> list[Change]:
        """What to ask now. An answer that a unit still repeats would be taken for one to a new question."""
        missing = self.missing(session)
        until_s = session.asked_until_s
        waits = session.asked_tries and not is_over(until_s, self._clock.now(), _LONGEST_PAUSE_S)
        if not missing or (waits and session.link.open_changes):
            return []
        return [change for change in missing if change.cid not in session.repeating]

    def asks(self, session: Session, asked: tuple[Change, ...]) -> None:
        """These are about to be sent."""
        session.link.open_changes = asked
        pause_s = min(_FIRST_PAUSE_S * 2.0**session.asked_tries, _LONGEST_PAUSE_S)
        session.asked_until_s = self._clock.now() + pause_s
        session.asked_tries += 1
        self._counts.count("terms_asked", len(asked))

    def answered(self, session: Session, commands: list[tuple[int, bytes]]) -> None:
        """Take what a new frame answers, in the order of the questions (clause 5)."""
        session.repeating = frozenset([cid for cid, _ in commands if cid in STICKY]) if commands else _NONE
        for cid, answer in commands:
            open_ = session.link.open_changes
            change = next((each for each in open_ if each.cid == cid), None) if cid in ANSWERS else None
            if change:
                session.link.open_changes = tuple(each for each in open_ if each is not change)
                session.asked_tries = 0
                self._end(session, change, answer)

    def _end(self, session: Session, change: Change, answer: bytes) -> None:
        link = session.link
        refusals = change.refusals(answer)
        for what in refusals:
            self._counts.reject(f"unit_refused_{what}", unit=session.unit.name, values=change.values)
        if refusals:
            link.refused = (*link.refused, change)
        else:
            link.terms = taken(link.terms, change)
            self._counts.count("terms_accepted")
        self._log.info("terms", unit=session.unit.name, change=change.name, taken=not refusals)
