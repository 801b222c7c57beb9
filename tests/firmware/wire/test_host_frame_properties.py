"""Round trips of every frame, and no bytes at all that raise anything but FrameError."""

from corolle.wire import mac_commands
from corolle.wire.errors import FrameError
from corolle.wire.join import JoinAccept, build_join_request, parse_join_accept
from corolle.wire.join_network import build_join_accept, join_request_matches, parse_join_request
from corolle.wire.lorawan import build_data, crypt_payload, full_f_cnt, mic_matches, parse_data
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st
from keys import make_key

_RAW = bytes(range(16))
_KEY = make_key(_RAW)
_APP = make_key(bytes(range(16, 32)))
_EUI = st.binary(min_size=8, max_size=8)


def _decrypt(blocks):
    decryptor = Cipher(algorithms.AES(_RAW), modes.ECB()).decryptor()
    return decryptor.update(blocks) + decryptor.finalize()


@given(st.binary(max_size=300))
def test_cmac_is_that_of_another_implementation(data):
    reference = CMAC(algorithms.AES(_RAW))
    reference.update(data)
    assert _KEY.cmac(data) == reference.finalize()


@given(
    st.integers(2, 5),
    st.integers(0, 0xFFFFFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.binary(max_size=15),
    st.integers(1, 255),
    st.binary(max_size=222),
)
def test_data_frames(kind, dev_addr, f_cnt, f_opts, f_port, payload):
    frame = build_data(kind, dev_addr, 0x80, f_cnt, f_opts, f_port, payload, _KEY, _APP)
    parsed = parse_data(frame)
    assert parsed[:6] == (kind, dev_addr, 0x80, f_cnt & 0xFFFF, f_opts, f_port)
    assert mic_matches(frame, f_cnt, _KEY)
    assert not mic_matches(frame, f_cnt, _APP)
    assert crypt_payload(_APP, kind % 2 == 0, dev_addr, f_cnt, parsed.payload) == payload


@given(st.integers(0, 0xFFFF0000), st.integers(0, 0xFFFF))
def test_counter_is_the_first_that_fits(last, ahead):
    assert full_f_cnt(last, (last + ahead) & 0xFFFF) == last + ahead


@given(_EUI, _EUI, st.integers(0, 0xFFFF))
def test_join_requests(join_eui, dev_eui, dev_nonce):
    frame = build_join_request(join_eui, dev_eui, dev_nonce, _KEY)
    assert parse_join_request(frame) == (join_eui, dev_eui, dev_nonce)
    assert join_request_matches(frame, _KEY)
    assert not join_request_matches(frame, _APP)


_CHANNELS = st.lists(st.integers(8_630_000, 8_700_000).map(lambda f: f * 100), min_size=5, max_size=5).map(
    tuple
)


@given(
    st.builds(
        JoinAccept,
        st.integers(0, 0xFFFFFF),
        st.integers(0, 0xFFFFFF),
        st.integers(0, 0xFFFFFFFF),
        st.integers(0, 5),
        st.integers(0, 5),
        st.integers(1, 15),
        st.none() | _CHANNELS,
    )
)
def test_join_accepts(accept):
    assert parse_join_accept(build_join_accept(accept, _KEY, _decrypt), _KEY) == accept


_PARSERS = (
    parse_data,
    parse_join_request,
    lambda frame: parse_join_accept(frame, _KEY),
    lambda frame: mac_commands.parse(frame, True),
    lambda frame: mac_commands.parse(frame, False),
)


@given(st.sampled_from(_PARSERS), st.sampled_from((0, 1, 17, 33)), st.binary(max_size=64))
def test_any_bytes_are_parsed_or_refused_with_a_cause(parse, length, data):
    frame = data.ljust(length, b"\x20")
    try:
        parse(frame)
    except FrameError as error:
        assert error.cause
