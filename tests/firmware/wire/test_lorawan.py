"""Data frames against frames that others have published."""

from corolle.wire.cmac import same
from corolle.wire.errors import FrameError
from corolle.wire.lorawan import (
    ACK,
    ADR,
    CONFIRMED_DOWN,
    UNCONFIRMED_UP,
    build_data,
    crypt_payload,
    full_f_cnt,
    mic_matches,
    parse_data,
)
from keys import make_key

# From the tests of github.com/brocaar/lorawan (QAQDAgGAAQABppRkJhXWw7WC), used by many others since.
_EXAMPLE_NWK = make_key(b"\x02" * 16)
_EXAMPLE_APP = make_key(b"\x01" * 16)
_EXAMPLE = bytes.fromhex("400403020180010001a694642615d6c3b582")
# The worked example in the README of github.com/anthonykirby/lora-packet.
_LORA_PACKET = bytes.fromhex("40f17dbe4900020001954378762b11ff0d")
_LORA_PACKET_NWK = make_key(bytes.fromhex("44024241ed4ce9a68c6a8bc055233fd3"))
_LORA_PACKET_APP = make_key(bytes.fromhex("ec925802ae430ca77fd3dd73cb2cc588"))
# A downlink, from the tests of github.com/helium/router.
_DOWNLINK = bytes.fromhex("60a5280126000200011d8b658839")
_DOWNLINK_NWK = make_key(bytes.fromhex("15641bc99ebbd238e5d9d83d3d5313c5"))


def _clear(frame, key, f_cnt):
    parsed = parse_data(frame)
    return crypt_payload(key, parsed.m_type % 2 == 0, parsed.dev_addr, f_cnt, parsed.payload)


def test_published_uplink_is_read():
    parsed = parse_data(_EXAMPLE)
    assert parsed.m_type == UNCONFIRMED_UP
    assert parsed.dev_addr == 0x01020304
    assert parsed.f_ctrl == ADR
    assert (parsed.f_cnt, parsed.f_opts, parsed.f_port) == (1, b"", 1)
    assert mic_matches(_EXAMPLE, 1, _EXAMPLE_NWK)
    assert _clear(_EXAMPLE, _EXAMPLE_APP, 1) == b"hello"


def test_published_uplink_is_built():
    built = build_data(UNCONFIRMED_UP, 0x01020304, ADR, 1, b"", 1, b"hello", _EXAMPLE_NWK, _EXAMPLE_APP)
    assert built == _EXAMPLE


def test_lora_packet_example_carries_test():
    assert mic_matches(_LORA_PACKET, 2, _LORA_PACKET_NWK)
    assert _clear(_LORA_PACKET, _LORA_PACKET_APP, 2) == b"test"
    built = build_data(UNCONFIRMED_UP, 0x49BE7DF1, 0, 2, b"", 1, b"test", _LORA_PACKET_NWK, _LORA_PACKET_APP)
    assert built == _LORA_PACKET


def test_frame_without_payload():
    # From the tests of github.com/anthonykirby/lora-packet.
    frame = bytes.fromhex("40f17dbe49000300012a3518af")
    parsed = parse_data(frame)
    assert (parsed.f_port, parsed.payload) == (1, b"")
    assert mic_matches(frame, 3, _LORA_PACKET_NWK)


def test_published_downlink():
    parsed = parse_data(_DOWNLINK)
    assert (parsed.dev_addr, parsed.f_cnt) == (0x260128A5, 2)
    assert mic_matches(_DOWNLINK, 2, _DOWNLINK_NWK)


def test_mic_covers_counter_direction_and_every_byte():
    assert not mic_matches(_EXAMPLE, 1 + (1 << 16), _EXAMPLE_NWK)
    assert not mic_matches(_EXAMPLE, 1 << 32, _EXAMPLE_NWK)
    for i in range(len(_EXAMPLE)):
        changed = bytearray(_EXAMPLE)
        changed[i] ^= 0x20
        assert not mic_matches(bytes(changed), 1, _EXAMPLE_NWK), i


def test_port_0_is_encrypted_with_the_network_key():
    frame = build_data(CONFIRMED_DOWN, 5, ACK, 70_000, b"", 0, b"\x06", _LORA_PACKET_NWK, _LORA_PACKET_APP)
    assert _clear(frame, _LORA_PACKET_NWK, 70_000) == b"\x06"
    assert parse_data(frame).f_cnt == 70_000 - 65_536
    assert mic_matches(frame, 70_000, _LORA_PACKET_NWK)


def _cause(frame):
    try:
        parse_data(frame)
    except FrameError as error:
        return error.cause
    return None


def test_malformed_frames_tell_their_cause():
    assert _cause(b"") == "empty"
    assert _cause(b"\x41") == "major version"
    assert _cause(_EXAMPLE[:11]) == "too short"
    assert _cause(b"\x00" + bytes(22)) == "not a data frame"
    assert _cause(b"\xe0" + bytes(22)) == "not a data frame"
    assert _cause(bytes.fromhex("40040302010f010001a694642615d6c3b582")) == "FOpts too long"
    assert _cause(bytes.fromhex("40040302010101000200ffffffffff")) == "FOpts beside FPort 0"


def test_what_cannot_be_built_is_refused():
    for f_opts, f_port, payload in ((bytes(16), 1, b""), (b"\x02", 0, b"\x02"), (b"", None, b"x")):
        try:
            build_data(UNCONFIRMED_UP, 1, 0, 1, f_opts, f_port, payload, _EXAMPLE_NWK, _EXAMPLE_APP)
        except ValueError:
            continue
        raise AssertionError((f_opts, f_port, payload))


def test_counter_is_rebuilt_over_the_roll():
    assert full_f_cnt(0xFFFE, 0x0001) == 0x10001
    assert full_f_cnt(0x1FFFF, 0x0000) == 0x20000
    assert full_f_cnt(7, 7) == 7
    assert full_f_cnt(7, 6) == 0x10006


def test_same():
    assert same(b"abcd", bytearray(b"abcd"))
    assert not same(b"abcd", b"abce")
    assert not same(b"abcd", b"abc")
    assert not same(b"", b"a")
