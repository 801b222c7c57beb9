"""Joining, against a join that somebody has captured and published.

Join-request, join-accept, AppKey and what they hold: A. van Bentem, "Deciphering a LoRaWAN OTAA Join Accept"
(runkit.com/avbentem), also github.com/anthonykirby/lora-packet, issue 10.
"""

from corolle.wire.errors import FrameError
from corolle.wire.join import JoinAccept, build_join_request, parse_join_accept, session_keys
from corolle.wire.join_network import join_request_matches, parse_join_request
from keys import make_key

_APP_KEY = make_key(bytes.fromhex("b6b53f4a168a7a88bdf7ea135ce9cfca"))
_REQUEST = bytes.fromhex("00dc0000d07ed5b3701e6fedf57ceeaf0085cc587fe913")
_ACCEPT = bytes.fromhex("204dd85ae608b87fc4889970b7d2042c9e72959b0057aed6094b16003df12de145")
_JOIN_EUI = bytes.fromhex("70b3d57ed00000dc")
_DEV_EUI = bytes.fromhex("00afee7cf5ed6f1e")
_DEV_NONCE = 0xCC85


def _cause(parse, *arguments):
    try:
        parse(*arguments)
    except FrameError as error:
        return error.cause
    return None


def test_published_request_is_read_and_built():
    assert parse_join_request(_REQUEST) == (_JOIN_EUI, _DEV_EUI, _DEV_NONCE)
    assert join_request_matches(_REQUEST, _APP_KEY)
    assert build_join_request(_JOIN_EUI, _DEV_EUI, _DEV_NONCE, _APP_KEY) == _REQUEST


def test_request_with_another_key_does_not_match():
    assert not join_request_matches(_REQUEST, make_key(bytes(16)))
    assert not join_request_matches(_REQUEST[:-1] + b"\x00", _APP_KEY)


def test_published_accept_is_read():
    channels = (867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)
    expected = JoinAccept(0xE5063A, 0x000013, 0x26012E43, 0, 3, 1, channels)
    assert parse_join_accept(_ACCEPT, _APP_KEY) == expected


def test_published_session_keys():
    nwk_skey, app_skey = session_keys(_APP_KEY, 0xE5063A, 0x000013, _DEV_NONCE)
    assert nwk_skey.hex() == "2c96f7028184bb0be8aa49275290d4fc"
    assert app_skey.hex() == "f3a5c8f0232a38c144029c165865802c"


def test_malformed_joins_tell_their_cause():
    assert _cause(parse_join_request, b"") == "empty"
    assert _cause(parse_join_request, _ACCEPT) == "not a join-request"
    assert _cause(parse_join_request, _REQUEST[:-1]) == "length"
    assert _cause(parse_join_accept, _REQUEST, _APP_KEY) == "not a join-accept"
    assert _cause(parse_join_accept, _ACCEPT[:-1], _APP_KEY) == "length"
    assert _cause(parse_join_accept, _ACCEPT[:17], _APP_KEY) == "mic"
    assert _cause(parse_join_accept, _ACCEPT[:-1] + b"\x00", _APP_KEY) == "mic"
    assert _cause(parse_join_accept, _ACCEPT, make_key(bytes(16))) == "mic"
