"""AES-CCM against the packets of RFC 3610 and the examples of NIST SP 800-38C."""

from corolle.wire.ccm import seal, unseal
from corolle.wire.errors import FrameError
from keys import make_key

# RFC 3610, clause 8. Packets 1 to 12: one key, and texts that count up behind the associated data.
_FIRST_KEY = bytes(range(0xC0, 0xD0))
_FIRST = """
588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0
72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916
51b1e5f44a197d1da46b0f8e2d282ae871e838bb64da8596574adaa76fbd9fb0c5
a28c6865939a9a79faaa5c4c2a9d4a91cdac8c96c861b9c9e61ef1
dcf1fb7b5d9e23fb9d4e131253658ad86ebdca3e51e83f077d9c2d93
6fc1b011f006568b5171a42d953d469b2570a4bd87405a0443ac91cb94
0135d1b2c95f41d5d1d4fec185d166b8094e999dfed96c048c56602c97acbb7490
7b75399ac0831dd2f0bbd75879a2fd8f6cae6b6cd9b7db24c17b4433f434963f34b4
82531a60cc24945a4b8279181ab5c84df21ce7f9b73f42e197ea9c07e56b5eb17e5f4e
07342594157785152b074098330abb141b947b566aa9406b4d999988dd
676bb20380b0e301e8ab79590a396da78b834934f53aa2e9107a8b6c022c
c0ffa0d6f05bdb67f24d43a4338d2aa4bed7b20e43cd1aa31662e7ad65d6db
"""

# Packets 13 to 24: the random ones. Nonce, associated data, text, packet without the associated data.
_SECOND_KEY = bytes.fromhex("d7828d13b2b0bdc325a76236df93cc6b")
_SECOND = """
00412b4ea9cdbe3c9696766cfa 0be1a88bace018b1 08e8cf97d820ea258460e96ad9cf5289054d895ceac47c
4cb97f86a2a4689a877947ab8091ef5386a6ffbdd080f8e78cf7cb0cddd7b3
0033568ef7b2633c9696766cfa 63018f76dc8a1bcb 9020ea6f91bdd85afa0039ba4baff9bfb79c7028949cd0ec
4ccb1e7ca981befaa0726c55d378061298c85c92814abc33c52ee81d7d77c08a
00103fe41336713c9696766cfa aa6cfa36cae86b40 b916e0eacc1c00d7dcec68ec0b3bbb1a02de8a2d1aa346132e
b1d23a2220ddc0ac900d9aa03c61fcf4a559a4417767089708a776796edb723506
00764c63b8058e3c9696766cfa d0d0735c531e1becf049c244 12daac5630efa5396f770ce1a66b21f7b2101c
14d253c3967b70609b7cbb7c499160283245269a6f49975bcadeaf
00f8b678094e3b3c9696766cfa 77b60f011c03e1525899bcae e88b6a46c78d63e52eb8c546efb5de6f75e9cc0d
5545ff1a085ee2efbf52b2e04bee1e2336c73e3f762c0c7744fe7e3c
00d560912d3f703c9696766cfa cd9044d2b71fdb8120ea60c0 6435acbafb11a82e2f071d7ca4a5ebd93a803ba87f
009769ecabdf48625594c59251e6035722675e04c847099e5ae0704551
0042fff8f1951c3c9696766cfa d85bc7e69f944fb8 8a19b950bcf71a018e5e6701c91787659809d67dbedd18
bc218daa947427b6db386a99ac1aef23ade0b52939cb6a637cf9bec2408897c6ba
00920f40e56cdc3c9696766cfa 74a0ebc9069f5b37 1761433c37c5a35fc1f39f406302eb907c6163be38c98437
5810e6fd25874022e80361a478e3e9cf484ab04f447efff6f0a477cc2fc9bf548944
0027ca0c7120bc3c9696766cfa 44a3aa3aae6475ca a434a8e58500c6e41530538862d686ea9e81301b5ae4226bfa
f2beed7bc5098e83feb5b31608f8e29c38819a89c8e776f1544d4151a4ed3a8b87b9ce
005b8ccbcd9af83c9696766cfa ec46bb63b02520c33c49fd70 b96b49e21d621741632875db7f6c9243d2d7c2
31d750a09da3ed7fddd49a2032aabf17ec8ebf7d22c8088c666be5c197
003ebe94044b9a3c9696766cfa 47a65ac78b3d594227e85e71 e2fcfbb880442c731bf95167c8ffd7895e337076
e882f1dbd38ce3eda7c23f04dd65071eb41342acdf7e00dccec7ae52987d
008d493b30ae8b3c9696766cfa 6e37a6ef546d955d34ab6059 abf21c0b02feb88f856df4a37381bce3cc128517d4
f32905b88a641b04b9c9ffb58cc390900f3da12ab16dce9e82efa16da62059
"""

# NIST SP 800-38C, appendix C, examples 1 to 3: bytes of the MIC, nonce, associated data, text; the result.
_NIST_KEY = bytes(range(0x40, 0x50))
_NIST = (
    (4, 7, 8, 4, "7162015b4dac255d"),
    (6, 8, 16, 16, "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd"),
    (8, 12, 20, 24, "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951"),
)


def _mic_bytes(number):
    """Of each dozen of packets, the first six have eight bytes and the others ten."""
    return 8 if number % 12 < 6 else 10


def _both_ways(raw_key, nonce, aad, text, mic_bytes, sealed):
    key = make_key(raw_key)
    assert seal(key, nonce, text, mic_bytes, aad) == sealed
    assert unseal(key, nonce, sealed, mic_bytes, aad) == text


def test_packets_1_to_12_of_rfc_3610():
    lines = _FIRST.split()
    assert len(lines) == 12
    for number, line in enumerate(lines):
        sealed = bytes.fromhex(line)
        nonce = bytes((0, 0, 0, number + 3, number + 2, number + 1, number)) + bytes(range(0xA0, 0xA6))
        aad = bytes(range(8 if number % 6 < 3 else 12))
        text = bytes(range(len(aad), len(aad) + len(sealed) - _mic_bytes(number)))
        _both_ways(_FIRST_KEY, nonce, aad, text, _mic_bytes(number), sealed)


def test_packets_13_to_24_of_rfc_3610():
    words = [bytes.fromhex(word) for word in _SECOND.split()]
    assert len(words) == 4 * 12
    for number in range(12):
        nonce, aad, text, sealed = words[4 * number : 4 * number + 4]
        _both_ways(_SECOND_KEY, nonce, aad, text, _mic_bytes(number), sealed)


def test_examples_of_nist():
    for mic_bytes, nonce, aad, text, sealed in _NIST:
        parts = bytes(range(0x10, 0x10 + nonce)), bytes(range(aad)), bytes(range(0x20, 0x20 + text))
        _both_ways(_NIST_KEY, *parts, mic_bytes, bytes.fromhex(sealed))


def _cause(sealed, nonce=b"n" * 13, aad=b"with it"):
    try:
        unseal(make_key(_NIST_KEY), nonce, sealed, 4, aad)
    except FrameError as error:
        return error.cause
    return None


def test_every_changed_byte_is_refused():
    sealed = seal(make_key(_NIST_KEY), b"n" * 13, b"a street", 4, b"with it")
    assert _cause(sealed) is None
    for i in range(len(sealed)):
        changed = bytearray(sealed)
        changed[i] ^= 1 << i % 8
        assert _cause(bytes(changed)) == "mic", i
    assert _cause(sealed, nonce=b"m" * 13) == "mic"
    assert _cause(sealed, aad=b"without") == "mic"
    assert _cause(sealed, aad=b"") == "mic"


def test_what_is_cut_short_is_refused():
    sealed = seal(make_key(_NIST_KEY), b"n" * 13, b"a street", 4, b"with it")
    for length in range(len(sealed)):
        assert _cause(sealed[:length]) == ("mic" if length >= 4 else "length"), length


def test_empty_text_and_many_blocks():
    key = make_key(_NIST_KEY)
    for length in (0, 1, 15, 16, 17, 512):
        text = bytes(i & 0xFF for i in range(length))
        sealed = seal(key, b"n" * 13, text, 16)
        assert len(sealed) == length + 16
        assert unseal(key, b"n" * 13, sealed, 16) == text


def test_lengths_that_ccm_does_not_have():
    for nonce, text, mic_bytes, aad in (
        (6, 0, 4, 0),
        (14, 0, 4, 0),
        (13, 0, 5, 0),
        (13, 0, 2, 0),
        (13, 0, 18, 0),
    ):
        try:
            seal(make_key(_NIST_KEY), bytes(nonce), bytes(text), mic_bytes, bytes(aad))
        except ValueError:
            continue
        raise AssertionError((nonce, mic_bytes))
