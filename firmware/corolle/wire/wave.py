"""The advert by which lamps tell each other of a passer-by, authenticated with the street's group key.

One structure of manufacturer data in a legacy advert:

    length, FF, FF FF | version 1 | origin 4 | sequence 4 | via 4 | kind and posts 1 | time_s 4 | MIC 8

All little-endian. `origin` saw its `sequence`-th passer-by, of `kind`; the advert comes from `via`, `posts`
posts from the origin, so `via` tells the side: whoever hears two sightings knows which way they go. It bears
no level: how bright it gets is each lamp's own decision, and no advert can darken a street. FFFF stands for a
company without a number of the Bluetooth SIG's (Assigned Numbers, 7.1).
"""

import struct

from corolle.wire.cmac import same
from corolle.wire.compat import const
from corolle.wire.errors import FrameError

_FORMAT = const("<BIIIBI")
_HEAD = const(b"\x1d\xff\xff\xff")
_VERSION = const(1)
_MIC = const(8)
_LENGTH = const(30)
_KINDS = const(3)  # as control/walkers.py counts them
_POSTS = const(15)
_FRESH_S = const(300)  # clocks of a street may differ by so much
_RECORD = const(8)
_KNOWN = const(24 * 8)  # so many origins: five posts both ways, and a crossing


class Wave:
    """One lamp's ear and voice. `key.cmac(data)` is RFC 4493 under the group key, which has no other use."""

    def __init__(self, key):
        self._key = key
        self._known = b""  # (origin, last sequence) of eight bytes each, the latest heard last

    def build(self, origin: int, sequence: int, kind: int, posts: int, via: int, time_s: int) -> bytes:
        """An advert's data. `time_s` is now in unix time, 0 when it is not known.

        `sequence` (32 bits) must rise with each sighting of an origin's, over its reboots as well. ValueError
        for a kind or a distance that the advert has no room for.
        """
        if not (0 <= kind < _KINDS and 0 <= posts <= _POSTS):
            raise ValueError(f"kind {kind} is not 0..2 or posts {posts} not 0..15")
        body = struct.pack(_FORMAT, _VERSION, origin, sequence, via, kind << 4 | posts, time_s)
        return _HEAD + body + self._key.cmac(body)[:_MIC]

    def read(self, data: bytes, now_s: int) -> tuple:
        """(origin, sequence, kind, posts, via) of an advert; `now_s` is unix time, 0 when it is not known.

        FrameError "foreign": nobody's of ours; "length", "version", "mic" (a wrong key as well), "kind";
        "stale": too far from now; "repeated": the same sighting once more, as happens with each of them;
        "replayed": one from before the last of its origin.
        """
        if data[:4] != _HEAD:
            raise FrameError("foreign")
        if len(data) != _LENGTH:
            raise FrameError("length")
        body = data[4:-_MIC]
        version, origin, sequence, via, kind, time_s = struct.unpack(_FORMAT, body)
        if version != _VERSION:
            raise FrameError("version")
        if not same(self._key.cmac(body)[:_MIC], data[-_MIC:]):
            raise FrameError("mic")
        if kind >> 4 >= _KINDS:
            raise FrameError("kind")
        if now_s and time_s and not -_FRESH_S <= now_s - time_s <= _FRESH_S:
            raise FrameError("stale")
        self._take(body[1:9])
        return origin, sequence, kind >> 4, kind & _POSTS, via

    def _take(self, record: bytes) -> None:
        """Remember a sighting; FrameError when it is no news. An origin not heard for long is forgotten."""
        known = self._known
        for start in range(0, len(known), _RECORD):
            if known[start : start + 4] == record[:4]:
                ahead = _number(record) - _number(known[start : start + _RECORD])
                if ahead <= 0:
                    raise FrameError("replayed" if ahead else "repeated")
                known = known[:start] + known[start + _RECORD :]
                break
        self._known = (known + record)[-_KNOWN:]


def _number(record: bytes) -> int:
    return int.from_bytes(record[4:], "little")
