"""What a node has to answer to the network's MAC commands, until an uplink has taken it along."""

from corolle.wire.compat import const

_MAX_BYTES = const(15)  # of FOpts


class Answers:
    """Sticky answers are repeated in each uplink until a downlink shows that they arrived (5.5, 5.8)."""

    def __init__(self):
        self._once = b""
        self._sticky = b""

    def __len__(self) -> int:
        return len(self._once) + len(self._sticky)

    def heard(self) -> None:
        """A downlink came: what was sticky has arrived."""
        self._sticky = b""

    def pending(self) -> bytes:
        """What goes into FOpts, whole answers only."""
        return self._sticky + self._once

    def sent(self) -> None:
        """The uplink that carries them is out."""
        self._once = b""

    def add(self, answer: bytes, sticky: bool) -> None:
        """One more. What does not fit into FOpts is not answered, and the network asks again."""
        if len(self) + len(answer) > _MAX_BYTES:
            return
        if sticky:
            self._sticky += answer
        else:
            self._once += answer
