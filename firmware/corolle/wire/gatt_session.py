"""A crew's session with a unit over GATT: both prove that they have the unit's key, then frames are sealed.

Here is what both sides share; gatt_unit.py and gatt_central.py have how each of them greets. Bytes come in
and go out, time is handed in. `C` is the central, `U` the unit; a frame is one write or one notification:

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
from corolle.wire.derive import derive
from corolle.wire.errors import FrameError

MAX_MESSAGE = const(512)
HELLO = const(1)
CHALLENGE = const(2)
PROOF = const(3)
ACCEPTED = const(4)
REFUSED = const(5)
RANDOM = const(8)  # bytes, of a proof as well
# Labels of what is derived from the service's key, with both randoms as context.
UNIT_PROVES, CENTRAL_PROVES = b"corolle proof of unit", b"corolle proof of central"
TO_UNIT, FROM_UNIT = b"corolle to unit", b"corolle from unit"

_DATA = const(8)
_LAST = const(1)
_MIC = const(4)
_HEAD = const(3)
_ATT_HEAD = const(3)  # of a write or a notification (Core Specification, Vol 3, Part F, 3.4.5, 3.4.7)
_FORGERIES = const(8)  # wrong MICs until a session ends: the chance of a lucky one stays below 2 ** -28


class Session:
    """One side. `key` is the unit's service key, `make_key` makes such an object of 16 raw bytes.

    `random(n)` gives n random bytes. Refusals are counted in `refused` by their cause. `open` is true once
    the other side has proved itself.
    """

    def __init__(self, key, make_key, random, refused: dict):
        self._key = key
        self._make_key = make_key
        self._random = random
        self._refused = refused
        self.end()

    def end(self) -> None:
        """Forget everything, half a message too: nobody is connected any more."""
        self.open = False
        self._randoms = b""  # the central's, then the unit's
        self._keys: tuple = ()  # for what comes in, for what goes out
        self._heard = self._sent = self._forged = 0
        self._message: bytearray | None = bytearray()  # None: the rest of one that is too long

    def receive(self, frame: bytes, now_s: int) -> tuple:
        """(frame to send back or b"", whole message or None). `now_s` comes from a clock without steps back.

        Causes of refusal: "length", "unknown frame", "no hello", "wrong key" (also of a unit that cannot
        prove itself), "backing off", "refused" (by the unit), "no session", "mic", "replayed", "gap",
        "too long".
        """
        kind = frame[0] if frame else 0
        try:
            if kind | _LAST == _DATA | _LAST:
                return b"", self._take(frame)
            return self._greet(kind, frame[1:], now_s), None
        except FrameError as error:
            self._count(error.cause)
            return b"", None

    def send(self, message: bytes, mtu: int):
        """Iterate over the frames of a message: send all, in order. `mtu` is the connection's ATT_MTU.

        ValueError for a message or an MTU of an impossible size; FrameError "no session" without one, or when
        its counter is used up.
        """
        if len(message) > MAX_MESSAGE or not 23 <= mtu <= 517:
            raise ValueError(f"{len(message)} bytes, at most {MAX_MESSAGE}; or MTU {mtu} is not 23..517")
        room = mtu - _ATT_HEAD - _HEAD - _MIC
        start = last = 0
        while not last:
            if not self.open or self._sent > 0xFFFF:
                raise FrameError("no session")
            last = _LAST if start + room >= len(message) else 0
            head = bytes((_DATA | last,)) + self._sent.to_bytes(2, "little")
            self._sent += 1
            yield head + seal(self._keys[1], _nonce(head), message[start : start + room], _MIC, head)
            start += room

    def _greet(self, kind: int, body: bytes, now_s: int) -> bytes:
        """What to answer to a frame of the greeting; each side has its own."""
        raise FrameError("unknown frame")

    def _take(self, frame: bytes) -> bytes | None:
        """A sealed frame; returns the message that it ends."""
        if not self.open:
            raise FrameError("no session")
        if len(frame) < _HEAD + _MIC:
            raise FrameError("length")
        head = frame[:_HEAD]
        try:
            part = unseal(self._keys[0], _nonce(head), frame[_HEAD:], _MIC, head)
        except FrameError:
            self._forged += 1
            if self._forged >= _FORGERIES:
                self.end()
            raise
        ahead = int.from_bytes(head[1:], "little") - self._heard
        if ahead:
            raise FrameError("gap" if ahead > 0 else "replayed")
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
        if message is None:
            raise FrameError("too long")
        return bytes(message)

    def _proof(self, label: bytes) -> bytes:
        return derive(self._key, label, self._randoms)[:RANDOM]

    def _agree(self, *labels: bytes) -> None:
        self._keys = tuple([self._make_key(derive(self._key, label, self._randoms)) for label in labels])

    def _count(self, cause: str) -> None:
        self._refused[cause] = self._refused.get(cause, 0) + 1


def _nonce(head: bytes) -> bytes:
    return bytes(11) + head[1:]
