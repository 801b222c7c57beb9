"""A crew's session with a unit over GATT: both prove that they have the unit's key, then frames are sealed.

The same on the unit and on the gateway or laptop; bytes come in and go out, and time is handed in. `C` is the
central, `U` the unit; a frame is one write or one notification:

    C to U  01 | random 8                                     hello
    U to C  02 | random 8 | proof 8                           challenge, and the unit's proof
    C to U  03 | proof 8                                      the central's proof
    U to C  04                                                accepted
    U to C  05 | seconds 2                                    refused, and how long that will last
    both    08, or 09 in a message's last | counter 2 | sealed | MIC 4

Proofs and session keys are CMACs under the service's key over both randoms (derive.py): whoever replays an
old session meets a new random. Each direction has its own key, and its counter is the nonce: what is
replayed, reordered or lost shows. A wrong proof shuts the door for 1 s, then 2, 4 ... 256 s, for everybody.
"""

from corolle.wire.ccm import seal, unseal
from corolle.wire.compat import const
from corolle.wire.derive import FROM_UNIT, PROOF_OF_CENTRAL, PROOF_OF_UNIT, TO_UNIT, derive
from corolle.wire.errors import FrameError
from corolle.wire.lorawan import same

MAX_MESSAGE = const(512)

_HELLO, _CHALLENGE, _PROOF, _ACCEPTED, _REFUSED = const(1), const(2), const(3), const(4), const(5)
_DATA = const(8)
_LAST = const(1)
_RANDOM = const(8)
_MIC = const(4)
_HEAD = const(3)
_ATT_HEAD = const(3)  # of a write or a notification (Core Specification, Vol 3, Part F, 3.4.5, 3.4.7)
_LONGEST_WAIT = const(8)  # 2 ** 8 s
_FORGERIES = const(8)  # wrong MICs until a session ends: the chance of a lucky one stays below 2 ** -29


class Session:
    """One side. `key` is the unit's service key, `make_key` makes such an object of 16 raw bytes.

    `random(n)` gives n random bytes. Refusals are counted in `refused` by their cause. `door` makes it the
    unit's side: [wrong proofs in a row, second until which the door is shut], which outlives connections.
    """

    def __init__(self, key, make_key, random, refused: dict, door: list | None = None):
        self._key = key
        self._make_key = make_key
        self._random = random
        self._refused = refused
        self._door = door
        self.wait_s = 0  # what the unit asked for when it refused
        self.end()

    def end(self) -> None:
        """Forget everything, half a message too: nobody is connected any more."""
        self.open = False
        self._randoms = b""  # the central's, then the unit's
        self._keys: tuple = ()  # for what comes in, for what goes out
        self._heard = self._sent = self._forged = 0
        self._message: bytearray | None = bytearray()  # None: the rest of one that is too long

    def begin(self) -> bytes:
        """The central's first frame."""
        self.end()
        self._randoms = self._random(_RANDOM)
        return bytes((_HELLO,)) + self._randoms

    def receive(self, frame: bytes, now_s: int) -> tuple:
        """(frame to send back or b"", whole message or None). `now_s` comes from a clock without steps back.

        Causes of refusal: "length", "unknown frame", "no hello", "wrong key" (also of a unit that cannot
        prove itself), "backing off", "refused" (by the unit, see wait_s), "no session", "mic", "replayed",
        "gap", "too long".
        """
        kind = frame[0] if frame else 0
        if kind | _LAST == _DATA | _LAST:
            return b"", self._take(frame)
        act = self._greet if self._door is None else self._guard
        return act(kind, frame[1:], now_s), None

    def send(self, message: bytes, mtu: int):
        """Iterate over the frames of a message: send all, in order. `mtu` is the connection's ATT_MTU.

        ValueError for a message or an MTU of an impossible size; FrameError "no session" without one, or when
        its counter is used up.
        """
        if len(message) > MAX_MESSAGE or not 23 <= mtu <= 517:
            raise ValueError(f"{len(message)} bytes, at most {MAX_MESSAGE}; or MTU {mtu} is not 23..517")
        room = mtu - _ATT_HEAD - _HEAD - _MIC
        start = 0
        while start <= len(message):
            if not self.open or self._sent > 0xFFFF:
                raise FrameError("no session")
            last = start + room >= len(message)
            head = bytes((_DATA + last,)) + self._sent.to_bytes(2, "little")
            self._sent += 1
            yield head + seal(self._keys[1], _nonce(head), message[start : start + room], _MIC, head)
            if last:
                return
            start += room

    def _take(self, frame: bytes) -> bytes | None:
        """A sealed frame; returns the message that it ends."""
        if not self.open:
            return self._refuse("no session", None)
        if len(frame) < _HEAD + _MIC:
            return self._refuse("length", None)
        head = frame[:_HEAD]
        try:
            part = unseal(self._keys[0], _nonce(head), frame[_HEAD:], _MIC, head)
        except FrameError:
            self._forged += 1
            if self._forged >= _FORGERIES:
                self.end()
            return self._refuse("mic", None)
        ahead = int.from_bytes(head[1:], "little") - self._heard
        if ahead:
            return self._refuse("gap" if ahead > 0 else "replayed", None)
        self._heard += 1
        return self._join(part, head[0] & _LAST)

    def _join(self, part: bytes, last: int) -> bytes | None:
        message = self._message
        if message is not None:
            message += part
            if len(message) > MAX_MESSAGE:
                self._message = message = None
        if not last:
            return None
        self._message = bytearray()
        return self._refuse("too long", None) if message is None else bytes(message)

    def _guard(self, kind: int, body: bytes, now_s: int) -> bytes:
        """The unit's side of the greeting."""
        if kind not in (_HELLO, _PROOF):
            return self._refuse("unknown frame")
        if len(body) != _RANDOM:
            return self._refuse("length")
        if kind == _PROOF:
            return self._verdict(body, now_s)
        self.end()
        if now_s < self._door[1]:
            return self._refuse("backing off", self._shut(now_s))
        self._randoms = body + self._random(_RANDOM)
        return bytes((_CHALLENGE,)) + self._randoms[_RANDOM:] + self._proof(PROOF_OF_UNIT)

    def _verdict(self, proof: bytes, now_s: int) -> bytes:
        """A challenge serves one proof, right or wrong."""
        if self.open or not self._randoms:
            return self._refuse("no hello")
        door = self._door
        if same(proof, self._proof(PROOF_OF_CENTRAL)):
            self._agree(TO_UNIT, FROM_UNIT)
            self.open = True
            door[0] = 0
            return bytes((_ACCEPTED,))
        self.end()
        door[1] = now_s + (1 << door[0])
        door[0] = min(door[0] + 1, _LONGEST_WAIT)
        return self._refuse("wrong key", self._shut(now_s))

    def _shut(self, now_s: int) -> bytes:
        return bytes((_REFUSED,)) + (self._door[1] - now_s).to_bytes(2, "little")

    def _greet(self, kind: int, body: bytes, _) -> bytes:
        """The central's side."""
        wanted = {_CHALLENGE: 2 * _RANDOM, _ACCEPTED: 0, _REFUSED: 2}.get(kind)
        if wanted is None:
            return self._refuse("unknown frame")
        if len(body) != wanted:
            return self._refuse("length")
        if kind == _REFUSED:
            self.end()
            self.wait_s = int.from_bytes(body, "little")
            return self._refuse("refused")
        if kind == _CHALLENGE and len(self._randoms) == _RANDOM:
            return self._prove(body)
        if kind == _CHALLENGE or not self._keys or self.open:
            return self._refuse("no hello")
        self.open = True
        return b""

    def _prove(self, body: bytes) -> bytes:
        self._randoms += body[:_RANDOM]
        if not same(body[_RANDOM:], self._proof(PROOF_OF_UNIT)):
            self.end()
            return self._refuse("wrong key")
        self._agree(FROM_UNIT, TO_UNIT)
        return bytes((_PROOF,)) + self._proof(PROOF_OF_CENTRAL)

    def _proof(self, label: bytes) -> bytes:
        return derive(self._key, label, self._randoms)[:_RANDOM]

    def _agree(self, *labels: bytes) -> None:
        self._keys = tuple([self._make_key(derive(self._key, label, self._randoms)) for label in labels])

    def _refuse(self, cause: str, answer=b""):
        self._refused[cause] = self._refused.get(cause, 0) + 1
        return answer


def _nonce(head: bytes) -> bytes:
    return bytes(11) + head[1:]
