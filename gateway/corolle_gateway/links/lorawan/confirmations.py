"""Confirmed downlinks: one of a unit's is outstanding at a time (LoRaWAN 1.0.4, 4.3.1.2).

A frame that is sent again has a counter of its own: none is ever used twice. What is outstanding is not kept
over a restart: the order it carries is, and is sent again.
"""

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan.outside import Receiver
from corolle_gateway.links.lorawan.sessions import Session
from corolle_gateway.model import Downlink

_CLASS_A = "A"
_CLASS_C_ANSWER_S = 8.0  # what was on its way already says nothing of what a unit has heard meanwhile


class Confirmations:
    """Tells `receiver` what a unit has heard."""

    def __init__(self, clock: Clock, counts: Counts, receiver: Receiver):
        self._clock = clock
        self._counts = counts
        self._receiver = receiver

    def may_send(self, session: Session) -> bool:
        """Whether nothing is outstanding that an answer could be taken for."""
        before = session.outstanding
        return before is None or self._clock.now() - before[1] >= _CLASS_C_ANSWER_S

    def sends(self, session: Session, downlink: Downlink) -> None:
        """A confirmed frame is about to be sent."""
        session.outstanding = downlink, self._clock.now()
        self._counts.count("confirmed_downlinks")

    def heard(self, session: Session, acknowledged: bool) -> None:
        """A new frame of the unit's is stored."""
        outstanding = session.outstanding
        if acknowledged and outstanding is None:
            self._counts.reject("unexpected_ack", unit=session.unit.name)
        if outstanding is None:
            return
        downlink, sent_s = outstanding
        if acknowledged:
            self._counts.count("confirmed_acks")
            self._receiver.heard(downlink)
        late = self._clock.now() - sent_s >= _CLASS_C_ANSWER_S
        if acknowledged or late or session.unit.radio_class == _CLASS_A:
            session.outstanding = None
