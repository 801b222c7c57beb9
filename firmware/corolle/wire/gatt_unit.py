"""The unit's side of a session's greeting: it proves itself first, and shuts the door after wrong proofs."""

from corolle.wire.cmac import same
from corolle.wire.compat import const
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

_LONGEST_WAIT = const(8)  # 2 ** 8 s


class Unit(Session):
    """`door` is [wrong proofs in a row, second until which the door is shut]: [0, 0] at boot.

    It outlives sessions: whoever hands it in keeps it over connections.
    """

    def __init__(self, key, make_key, random, refused: dict, door: list):
        super().__init__(key, make_key, random, refused)
        self._door = door

    def _greet(self, kind: int, body: bytes, now_s: int) -> bytes:
        if kind not in (HELLO, PROOF):
            raise FrameError("unknown frame")
        if len(body) != RANDOM:
            raise FrameError("length")
        if kind == PROOF:
            return self._judge(body, now_s)
        self.end()
        if now_s < self._door[1]:
            return self._refuse("backing off", now_s)
        self._randoms = body + self._random(RANDOM)
        return bytes((CHALLENGE,)) + self._randoms[RANDOM:] + self._proof(UNIT_PROVES)

    def _judge(self, proof: bytes, now_s: int) -> bytes:
        """A challenge serves one proof, right or wrong."""
        if self.open or not self._randoms:
            raise FrameError("no hello")
        door = self._door
        if same(proof, self._proof(CENTRAL_PROVES)):
            self._agree(TO_UNIT, FROM_UNIT)
            self.open = True
            door[0] = 0
            return bytes((ACCEPTED,))
        self.end()
        door[1] = now_s + (1 << door[0])
        door[0] = min(door[0] + 1, _LONGEST_WAIT)
        return self._refuse("wrong key", now_s)

    def _refuse(self, cause: str, now_s: int) -> bytes:
        self._count(cause)
        return bytes((REFUSED,)) + (self._door[1] - now_s).to_bytes(2, "little")
