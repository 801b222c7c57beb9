"""Our CCM against another implementation, over all nonce and MIC lengths."""

from corolle.wire.ccm import seal, unseal
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from hypothesis import given
from hypothesis import strategies as st
from keys import make_key

_MICS = st.sampled_from((4, 6, 8, 10, 12, 14, 16))


@given(
    st.binary(min_size=16, max_size=16),
    st.binary(min_size=7, max_size=13),
    st.binary(max_size=80),
    _MICS,
    st.binary(max_size=40),
)
def test_sealed_and_unsealed_alike(raw_key, nonce, data, mic_bytes, aad):
    sealed = seal(make_key(raw_key), nonce, data, mic_bytes, aad)
    assert sealed == AESCCM(raw_key, mic_bytes).encrypt(nonce, data, aad)
    assert unseal(make_key(raw_key), nonce, sealed, mic_bytes, aad) == data
