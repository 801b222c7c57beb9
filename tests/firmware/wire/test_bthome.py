"""BTHome adverts: the example of bthome.io, turns, ranges, and what a receiver refuses."""

from corolle.wire.bthome import build, pack, shape
from corolle.wire.bthome_reader import read, unpack
from corolle.wire.errors import FrameError
from keys import make_key

# bthome.io, "Encryption", its example of version 2: the same key and address, 25.06 Cel and 50.55 %.
_KEY = bytes.fromhex("231d39c1d7cc1ab1aee224cd096db932")
_MAC = bytes.fromhex("5448e68f80a5")
_EXAMPLE = bytes.fromhex("41a47266c95f730011223378237214")

_LAMP = [(0x0B, 38.4), (0x4D, 1234.567), (0x05, 12.5), (0x02, -3.5), (0x4A, 231.4), (0x21, 1), (0xF0, 1)]


def _service_data(advert):
    assert advert[:3] == b"\x02\x01\x06" and advert[3] == len(advert) - 4 and len(advert) <= 31
    assert advert[4:7] == b"\x16\xd2\xfc"
    return advert[7:]


def _cause(data, after=-1, key=_KEY, mac=_MAC):
    try:
        read(data, make_key(key), mac, after)
    except FrameError as error:
        return error.cause
    return None


def test_the_example_of_bthome_io_is_read():
    assert read(_EXAMPLE, make_key(_KEY), _MAC) == (0x33221100, [(0x02, 25.06), (0x03, 50.55)])


def test_our_advert_is_the_format_of_the_example():
    data = _service_data(build([(0x03, 50.55), (0x02, 25.06)], 0, 0x33221100, make_key(_KEY), _MAC))
    assert data[0] == 0x41 and data[-8:-4] == bytes.fromhex("00112233")
    assert read(data, make_key(_KEY), _MAC) == (0x33221100, [(0, 0), (0x02, 25.06), (0x03, 50.55)])


def test_objects_are_packed_by_their_tables():
    # bthome.io, "Format", the examples of its table.
    for packed, object_id, value in (
        ("0161", 0x01, 97),
        ("02ca09", 0x02, 25.06),
        ("03bf13", 0x03, 50.55),
        ("05138a14", 0x05, 13460.67),
        ("0b021b00", 0x0B, 69.14),
        ("0c020c", 0x0C, 3.074),
        ("12e204", 0x12, 1250),
        ("14020c", 0x14, 30.74),
        ("3d0960", 0x3D, 24585),
        ("424e3400", 0x42, 13.39),
        ("434e34", 0x43, 13.39),
        ("49dc87", 0x49, 34.78),
        ("4a020c", 0x4A, 307.4),
        ("4d12138a14", 0x4D, 344593.17),
        ("4ff2864f00", 0x4F, 5211.89),
    ):
        packed = bytes.fromhex(packed)
        assert pack([(object_id, value)], 0, 7) == b"\x00\x07" + packed
        assert unpack(packed) == [(object_id, value)]


def test_below_zero():
    assert pack([(0x02, -3.5)], 0, 0)[2:] == bytes.fromhex("02a2fe")
    assert unpack(bytes.fromhex("02a2fe")) == [(0x02, -3.5)]


def test_readings_take_turns_in_ascending_order():
    rounds = [unpack(pack(_LAMP, counter, counter)) for counter in range(6)]
    for counter, packet in enumerate(rounds):
        ids = [object_id for object_id, _ in packet]
        assert ids == sorted(ids)
        assert packet[0] == (0, counter)
    seen = [reading for packet in rounds[:2] for reading in packet[1:]]
    assert sorted(seen) == sorted(_LAMP)
    assert rounds[2][1:] == rounds[0][1:] and rounds[3][1:] == rounds[1][1:]


def test_every_advert_fits():
    for counter in range(4):
        assert len(build(_LAMP, counter, counter, make_key(_KEY), _MAC)) <= 31


def test_readings_of_one_id_stay_together_and_in_order():
    probes = [(0x14, 31.5), (0x01, 80), (0x02, 21.0), (0x14, 8.25), (0x55, 320), (0x14, 17.0)]
    for counter in range(4):
        moist = [value for object_id, value in unpack(pack(probes, counter, counter)) if object_id == 0x14]
        assert moist in ([], [31.5, 8.25, 17.0])


def test_what_is_not_measured_takes_no_room():
    assert pack([(0x02, None), (0x01, 5)], 0, 0) == bytes.fromhex("00000105")
    assert pack([], 3, 0x1FF) == b"\x00\xff"


def test_values_that_cannot_be_sent_are_refused():
    nan = float("nan")
    for object_id, value in ((0x01, 256), (0x01, -1), (0x02, 327.68), (0x0C, 66), (0x02, nan), (0x54, 1)):
        try:
            pack([(object_id, value)], 0, 0)
        except ValueError:
            continue
        raise AssertionError((object_id, value))
    try:
        pack([(0x14, 1)] * 5, 0, 0)
    except ValueError as error:
        assert "0x14" in str(error) and "15 bytes" in str(error)
    else:
        raise AssertionError("five probes of three bytes do not fit")


def test_counters_of_32_bits_in_whole_numbers():
    assert pack([(0x3E, 0xFFFFFFFF)], 0, 0)[2:] == b"\x3e\xff\xff\xff\xff"
    assert pack([(0x4F, 4_294_967)], 0, 0)[2:] == b"\x4f" + (4_294_967_000).to_bytes(4, "little")
    data = _service_data(build([(0x01, 5)], 0, 0xFFFFFFFF, make_key(_KEY), _MAC))
    assert read(data, make_key(_KEY), _MAC) == (0xFFFFFFFF, [(0, 255), (0x01, 5)])


def test_a_wrong_key_another_unit_and_every_changed_byte_are_refused():
    data = _service_data(build(_LAMP, 0, 70_000, make_key(_KEY), _MAC))
    assert _cause(data) is None
    assert _cause(data, key=bytes(16)) == "mic"
    assert _cause(data, mac=bytes(6)) == "mic"
    for i in range(1, len(data)):
        changed = bytearray(data)
        changed[i] ^= 0x20
        assert _cause(bytes(changed)) == "mic", i
    for length in range(len(data)):
        assert _cause(data[:length]) in ("length", "mic"), length
    assert _cause(b"\x40" + data[1:]) == "not encrypted"


def test_what_was_heard_before_is_told_apart():
    data = _service_data(build(_LAMP, 0, 70_000, make_key(_KEY), _MAC))
    assert _cause(data, after=69_999) is None
    assert _cause(data, after=70_000) == "repeated"
    assert _cause(data, after=70_001) == "replayed"


def test_packets_that_are_not_ours():
    for clear, cause in (("0105ee", "unknown object"), ("02ca", "length"), ("02ca090105", "order")):
        try:
            unpack(bytes.fromhex(clear))
        except FrameError as error:
            assert error.cause == cause, clear
        else:
            raise AssertionError(clear)


def test_no_object_is_twice_in_the_table():
    known = []
    for object_id in range(256):
        try:
            shape(object_id)
        except ValueError:
            continue
        known.append(object_id)
    assert len(known) == 29
