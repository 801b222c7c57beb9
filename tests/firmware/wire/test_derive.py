"""Keys by purpose: the bytes under the CMAC, and that no two purposes share a key."""

from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.gatt_session import CENTRAL_PROVES, FROM_UNIT, TO_UNIT, UNIT_PROVES
from keys import make_key

_LABELS = (BIND, SERVICE, UNIT_PROVES, CENTRAL_PROVES, TO_UNIT, FROM_UNIT)
_KEY = make_key(bytes(range(16)))


def test_its_input_is_that_of_sp_800_108():
    # Clause 5.1, counter mode, r = 8 and L in 16 bits: [i] | Label | 00 | Context | [L].
    assert derive(_KEY, b"label", b"context") == _KEY.cmac(b"\x01label\x00context\x00\x80")


def test_every_purpose_has_a_key_of_its_own():
    made = {derive(_KEY, label) for label in _LABELS}
    assert len(made) == len(_LABELS) == 6
    assert not any(b"\x00" in label for label in _LABELS)
    assert derive(_KEY, BIND, b"a") != derive(_KEY, BIND, b"b")


def test_another_root_gives_other_keys():
    other = make_key(bytes(16))
    assert not {derive(_KEY, label) for label in _LABELS} & {derive(other, label) for label in _LABELS}
