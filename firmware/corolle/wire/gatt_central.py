"""The central's side of a session's greeting: a gateway's or a laptop's."""

from corolle.wire.cmac import same
from corolle.wire.errors import FrameError
from corolle.wire.gatt_session import (
    ACCEPTED,
    CENTRAL_PROVES,
    CHALLENGE,
    FROM_UNIT,
    HELLO,
    PROOF,
    RANDOM,
    REFUSED,
    TO_UNIT,
    UNIT_PROVES,
    Session,
)

_LENGTHS = {CHALLENGE: 2 * RANDOM, ACCEPTED: 0, REFUSED: 2}


class Central(Session):
    """`wait_s` is what the unit asked for when it refused, else 0."""

    wait_s = 0

    def begin(self) -> bytes:
        """The first frame of all."""
        self.end()
        self.wait_s = 0
        self._randoms = self._random(RANDOM)
        return bytes((HELLO,)) + self._randoms

    def _greet(self, kind: int, body: bytes, now_s: int) -> bytes:
        if kind not in _LENGTHS:
            raise FrameError("unknown frame")
        if len(body) != _LENGTHS[kind]:
            raise FrameError("length")
        if kind == REFUSED:
            self.end()
            self.wait_s = int.from_bytes(body, "little")
            raise FrameError("refused")
        if kind == CHALLENGE and len(self._randoms) == RANDOM:
            return self._prove(body)
        if kind == CHALLENGE or not self._keys or self.open:
            raise FrameError("no hello")
        self.open = True
        return b""

    def _prove(self, body: bytes) -> bytes:
        """Believe the unit, and be believed."""
        self._randoms += body[:RANDOM]
        if not same(body[RANDOM:], self._proof(UNIT_PROVES)):
            self.end()
            raise FrameError("wrong key")
        self._agree(FROM_UNIT, TO_UNIT)
        return bytes((PROOF,)) + self._proof(CENTRAL_PROVES)
