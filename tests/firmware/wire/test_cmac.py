"""AES-CMAC against the vectors of RFC 4493, clause 4."""

from corolle.wire.cmac import subkeys
from keys import make_key

_KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
_MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)


def test_aes_of_nist_sp800_38a_f_1_1():
    assert make_key(_KEY).encrypt(_MESSAGE[:32]).hex() == (
        "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"
    )


def test_subkeys():
    k1, k2 = subkeys(make_key(_KEY).encrypt)
    assert k1.hex() == "fbeed618357133667c85e08f7236a8de"
    assert k2.hex() == "f7ddac306ae266ccf90bc11ee46d513b"


def test_empty_message():
    assert make_key(_KEY).cmac(b"").hex() == "bb1d6929e95937287fa37d129b756746"


def test_one_whole_block():
    assert make_key(_KEY).cmac(_MESSAGE[:16]).hex() == "070a16b46b4d4144f79bdd9dd04a287c"


def test_two_blocks_and_a_half():
    assert make_key(_KEY).cmac(_MESSAGE[:40]).hex() == "dfa66747de9ae63030ca32611497c827"


def test_four_whole_blocks():
    assert make_key(_KEY).cmac(_MESSAGE).hex() == "51f0bebf7e3b9d92fc49741779363cfe"
