"""A unit tells its events anew until they are acknowledged: one that comes late undoes nothing newer."""

from corolle_gateway.hub.alarming import signs
from corolle_gateway.hub.alarming.lateness import Lateness
from corolle_gateway.hub.alarming.life import Sign
from corolle_gateway.model import Unit

_LAMP = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")
_OTHER = Unit("lamp-2", "lamp", "quai", "03" * 8, "00" * 8, 43.6, 1.44, "C")
_BEGIN_S = 1_794_000_000.0


def _fault(code: str, there: bool = True) -> list[Sign]:
    word = "fault raised" if there else "fault cleared"
    return signs.of("lamp", "event", {"event": word, "detail": code})


def _boot() -> list[Sign]:
    return signs.of("lamp", "event", {"event": "boot", "detail": "power"})


def test_a_boot_that_comes_after_what_happened_since_clears_none_of_it():
    lateness = Lateness()
    assert lateness.current(_LAMP, _fault("tilt"), _BEGIN_S + 20, 0.0) == _fault("tilt")
    cleared = {sign.code for sign in lateness.current(_LAMP, _boot(), _BEGIN_S, 0.0)}
    assert cleared == {"safeMode", "thermalShutdown", "doorOpen", "bluetoothLost"}
    assert "tilt" in {sign.code for sign in lateness.current(_OTHER, _boot(), _BEGIN_S, 0.0)}
    assert "tilt" in {sign.code for sign in lateness.current(_LAMP, _boot(), _BEGIN_S + 3600, 0.0)}, (
        "a new boot"
    )


def test_a_fault_that_has_ended_is_not_raised_by_the_late_word_of_its_beginning():
    lateness = Lateness()
    assert lateness.current(_LAMP, _fault("tilt", False), _BEGIN_S + 90, 0.0)
    assert not lateness.current(_LAMP, _fault("tilt"), _BEGIN_S, 0.0)
    assert lateness.current(_LAMP, _fault("doorOpen"), _BEGIN_S, 0.0), (
        "nobody has said of this one that it is over"
    )


def test_a_report_knows_better_than_an_event_from_before_it():
    lateness, reported_s = Lateness(), _BEGIN_S + 900
    assert not lateness.current(_LAMP, _fault("lampFailure"), _BEGIN_S, reported_s)
    assert lateness.current(_LAMP, _fault("tilt"), _BEGIN_S, reported_s), "which no report has room for"
    assert lateness.current(_LAMP, _fault("lampFailure"), reported_s - 5, reported_s), (
        "the report was on its way"
    )
