from corolle.wire.commands import legal_values, verbs, verdict_on
from corolle.wire.words import VERBS, code_of

_NOW_S = 1_784_000_000


def _verdict(kind, verb, value, until_s=_NOW_S + 600, now_s: int | None = _NOW_S):
    return verdict_on(kind, {"verb": code_of(VERBS, verb), "value": value, "until_s": until_s}, now_s)


def test_each_verdict():
    assert _verdict("lamp", "level", 40) == "accepted"
    assert _verdict("lamp", "level", 101) == "out of range"
    assert _verdict("lamp", "open", 60) == "not fitted"
    assert _verdict("canopy", "open", 60) == "accepted"
    assert _verdict("canopy", "open", 0) == "out of range"
    assert _verdict("lamp", "settings", 0) == "unknown verb"
    assert _verdict("lamp", "level", 40, until_s=_NOW_S) == "expired"
    assert _verdict("lamp", "level", 40, now_s=None) == "clock unknown"
    assert verdict_on("lamp", {"verb": 250, "value": 0, "until_s": 0}, _NOW_S) == "unknown verb"


def test_legal_values_come_with_their_unit():
    assert legal_values("lamp", "level") == (0, 100, "%")
    assert legal_values("lamp", "auto") == (0, 0, "")
    assert legal_values("lamp", "close") is None
    assert legal_values("canopy", "self-test") == legal_values("lamp", "self-test") == (0, 0, "")
    assert legal_values("canopy", "rain") == (0, 2000, "dmm")
    assert verbs("lamp") == ["auto", "cap", "learn", "level", "report", "self-test"]
