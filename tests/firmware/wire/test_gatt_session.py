"""A session's two sides against each other: the greeting, messages of all lengths, and what is refused."""

import random

from corolle.wire.derive import SERVICE, derive
from corolle.wire.errors import FrameError
from corolle.wire.gatt_central import Central
from corolle.wire.gatt_session import MAX_MESSAGE
from corolle.wire.gatt_unit import Unit
from keys import make_key

_KEY = make_key(derive(make_key(bytes(range(16))), SERVICE))
_MTUS = (23, 24, 185, 247, 517)


def _random(n):
    return bytes(random.randrange(256) for _ in range(n))


class _Pair:
    """A central and a unit, and frames that go between them at once."""

    def __init__(self, unit_key=_KEY):
        self.unit_refused, self.central_refused = {}, {}
        self.door = [0, 0]
        self.unit = Unit(_KEY, make_key, _random, self.unit_refused, self.door)
        self.central = Central(unit_key, make_key, _random, self.central_refused)

    def greet(self, now_s=0):
        frame, said = self.central.begin(), []
        while frame:
            said.append(frame)
            frame = self.unit.receive(frame, now_s)[0]
            if frame:
                said.append(frame)
                frame = self.central.receive(frame, now_s)[0]
        return said

    def tell(self, message, mtu=23, back=False):
        """Send a message over; returns (what arrived, frames)."""
        sender, receiver = (self.unit, self.central) if back else (self.central, self.unit)
        frames, arrived = list(sender.send(message, mtu)), []
        for frame in frames:
            assert len(frame) <= mtu - 3
            answer, whole = receiver.receive(frame, 0)
            assert not answer
            if whole is not None:
                arrived.append(whole)
        return arrived, frames


def _greeted():
    pair = _Pair()
    pair.greet()
    assert pair.unit.open and pair.central.open
    return pair


def test_both_prove_themselves_in_frames_that_fit_the_smallest_mtu():
    pair = _Pair()
    said = pair.greet()
    assert [frame[0] for frame in said] == [1, 2, 3, 4]
    assert [len(frame) for frame in said] == [9, 17, 9, 1]
    assert pair.unit.open and pair.central.open
    assert not pair.unit_refused and not pair.central_refused


def test_messages_of_all_lengths_both_ways():
    for mtu in _MTUS:
        pair = _greeted()
        for length in (0, 1, 12, 13, 14, 26, 27, 240, MAX_MESSAGE):
            message = bytes(i & 0xFF for i in range(length))
            for back in (False, True):
                arrived, frames = pair.tell(message, mtu, back)
                assert arrived == [message], (mtu, length)
                assert len(frames) == max(1, -(-length // (mtu - 10)))
        assert not pair.unit_refused and not pair.central_refused


def test_what_is_sent_is_not_readable_and_never_the_same():
    pair = _greeted()
    first, second = pair.tell(b"restart now", 64)[1][0], pair.tell(b"restart now", 64)[1][0]
    assert b"restart" not in first and first[3:] != second[3:]
    pair.greet()
    assert pair.tell(b"restart now", 64)[1][0] != first


def test_messages_that_cannot_be_sent():
    pair = _greeted()
    for message, mtu in ((bytes(MAX_MESSAGE + 1), 23), (b"", 22), (b"", 518)):
        try:
            list(pair.central.send(message, mtu))
        except ValueError:
            continue
        raise AssertionError((len(message), mtu))
    pair.central.end()
    try:
        list(pair.central.send(b"x", 23))
    except FrameError as error:
        assert error.cause == "no session"
    else:
        raise AssertionError("sent without a session")


def test_a_wrong_key_is_known_by_both_sides():
    pair = _Pair(make_key(bytes(16)))
    assert [frame[0] for frame in pair.greet()] == [1, 2]
    assert pair.central_refused == {"wrong key": 1}
    assert not pair.central.open and not pair.unit.open
    # One that goes on regardless.
    pair.unit.receive(pair.central.begin(), 0)
    assert pair.unit.receive(b"\x03" + bytes(8), 0)[0] == b"\x05\x01\x00"
    assert pair.unit_refused == {"wrong key": 1}


def test_wrong_keys_back_off_longer_and_longer_over_connections():
    pair, now_s, waits = _Pair(), 1000, []
    for _ in range(11):
        assert pair.unit.receive(pair.central.begin(), now_s)[0][0] == 2
        answer = pair.unit.receive(b"\x03" + bytes(8), now_s)[0]
        pair.unit.end()
        waits.append(int.from_bytes(answer[1:], "little"))
        assert pair.unit.receive(pair.central.begin(), now_s + waits[-1] - 1)[0] == b"\x05\x01\x00"
        now_s += waits[-1]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 256, 256]
    assert pair.unit_refused == {"wrong key": 11, "backing off": 11}


def test_who_has_the_key_waits_too_and_then_opens_the_door():
    pair = _Pair()
    pair.unit.receive(pair.central.begin(), 0)
    pair.unit.receive(b"\x03" + bytes(8), 0)
    pair.greet(now_s=0)
    assert pair.central_refused == {"refused": 1} and pair.central.wait_s == 1
    pair.greet(now_s=1)
    assert pair.unit.open and pair.door[0] == 0


def test_a_challenge_serves_once():
    pair = _Pair()
    hello, _, proof, _ = pair.greet()
    assert pair.unit.receive(proof, 0) == (b"", None)
    pair.unit.end()
    assert pair.unit.receive(proof, 0) == (b"", None)
    assert pair.unit_refused == {"no hello": 2}
    # The whole recording once more: the unit's new random makes the proof a wrong one.
    assert pair.unit.receive(hello, 0)[0][0] == 2
    assert pair.unit.receive(proof, 0)[0][0] == 5
    assert pair.unit_refused["wrong key"] == 1


def test_a_proof_is_not_to_be_had_from_the_other_side():
    pair = _Pair()
    challenge = pair.unit.receive(pair.central.begin(), 0)[0]
    assert pair.unit.receive(b"\x03" + challenge[9:], 0)[0][0] == 5
    assert not pair.unit.open


def test_replayed_reordered_and_lost_frames():
    pair = _greeted()
    frames = list(pair.central.send(bytes(40), 23))
    assert len(frames) == 4
    for place in (1, 0, 0, 3, 2, 1, 0):
        assert pair.unit.receive(frames[place], 0) == (b"", None)
    assert pair.unit_refused == {"gap": 3, "replayed": 2}
    # It goes on where it was: what arrived in order counts.
    assert pair.unit.receive(frames[2], 0)[1] is None
    assert pair.unit.receive(frames[3], 0)[1] == bytes(40)


def test_a_frame_of_ones_own_is_not_accepted_back():
    pair = _greeted()
    frame = next(pair.central.send(b"order", 23))
    assert pair.central.receive(frame, 0) == (b"", None)
    assert pair.central_refused == {"mic": 1}


def test_a_session_ends_after_eight_forgeries():
    pair = _greeted()
    for _ in range(9):
        pair.unit.receive(b"\x09\x00\x00" + bytes(12), 0)
    assert pair.unit_refused == {"mic": 8, "no session": 1}
    assert not pair.unit.open


def test_who_vanishes_in_the_middle_costs_nothing():
    pair = _greeted()
    frames = pair.central.send(bytes(300), 23)
    for _ in range(5):
        pair.unit.receive(next(frames), 0)
    pair.greet()
    assert pair.tell(b"whole")[0] == [b"whole"]
    assert not pair.unit_refused


def test_a_message_without_end_is_let_go():
    pair = _greeted()
    # As a peer with the key could: parts that never end.
    for _ in range(60):
        pair.unit._join(bytes(13), 0)
        assert pair.unit._message is None or len(pair.unit._message) <= MAX_MESSAGE
    _, frames = pair.tell(b"end")
    assert pair.unit_refused == {"too long": 1} and len(frames) == 1
    assert pair.tell(b"next")[0] == [b"next"]


def test_greetings_of_wrong_length_and_of_the_other_side():
    pair = _Pair()
    for frame in (
        b"",
        b"\x01",
        b"\x01" + bytes(9),
        b"\x03" + bytes(7),
        b"\x02" + bytes(16),
        b"\x04",
        b"\xff",
    ):
        assert pair.unit.receive(frame, 0) == (b"", None)
    assert pair.unit_refused == {"unknown frame": 4, "length": 3}
    for frame in (b"", b"\x01" + bytes(8), b"\x02" + bytes(15), b"\x04", b"\x02" + bytes(16), b"\x05\x00"):
        assert pair.central.receive(frame, 0) == (b"", None)
    assert pair.central_refused == {"unknown frame": 2, "length": 2, "no hello": 2}


def test_a_counter_is_never_used_twice():
    pair = _greeted()
    pair.central._sent = pair.unit._heard = 0xFFFF
    assert pair.tell(b"last")[0] == [b"last"]
    try:
        list(pair.central.send(b"once more", 23))
    except FrameError as error:
        assert error.cause == "no session"
    else:
        raise AssertionError("a nonce came twice")


def test_a_thousand_forged_replayed_and_cut_frames_are_refused_and_counted():
    random.seed(2)
    pair = _greeted()
    heard = pair.tell(bytes(130), 23)[1]
    for number in range(1000):
        frame = heard[random.randrange(len(heard))]
        sort = number % 4
        if sort == 0:
            frame = bytes((8 + random.randrange(2),)) + _random(random.randrange(6, 40))
        elif sort == 1:
            frame = frame[: random.randrange(1, len(frame))]
        elif sort == 2:
            kind = (10 + random.randrange(254)) & 0xFF  # any but 8 and 9, the sealed ones
            frame = bytes((kind,)) + _random(random.randrange(5))
        assert pair.unit.receive(frame, number)[1] is None
        pair.unit._forged = 0  # each is to be judged, not only the first eight
    assert pair.unit.open
    assert sum(pair.unit_refused.values()) == 1000
    assert sorted(pair.unit_refused) == ["length", "mic", "replayed", "unknown frame"]
    assert pair.tell(b"and still")[0] == [b"and still"]
