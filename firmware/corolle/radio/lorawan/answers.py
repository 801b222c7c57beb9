"""What a node has to answer to the network's MAC commands, until an uplink has taken it along."""

from corolle.wire.compat import const

_MAX_BYTES = const(15)  # of FOpts


class Answers:
    """Sticky answers are repeated in each uplink until a class A downlink comes (5.4, 5.6, 5.7)."""

    def __init__(self):
        self._once = b""
        self._sticky = b""
        self.due = False  # one was not sent yet; what is only repeated is worth no uplink of its own

    def heard(self) -> None:
        """A class A downlink came: what was sticky and sent has arrived."""
        if not self.due:
            self._sticky = b""

    def pending(self) -> bytes:
        """What goes into FOpts, whole answers only."""
        return self._sticky + self._once

    def sent(self) -> None:
        """The uplink that carries them is out."""
        self._once = b""
        self.due = False

    def add(self, answer: bytes, sticky: bool) -> None:
        """One more. What does not fit into FOpts is not answered, and the network asks again."""
        if len(self.pending()) + len(answer) > _MAX_BYTES:
            return
        self.due = True
        if sticky:
            self._sticky += answer
        else:
            self._once += answer
