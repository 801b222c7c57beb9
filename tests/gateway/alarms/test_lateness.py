"""A unit tells its events anew until they are acknowledged: one that comes late undoes nothing newer."""

from corolle_gateway.hub.alarming import signs
from corolle_gateway.hub.alarming.lateness import Lateness
from corolle_gateway.hub.alarming.life import Sign

_BEGIN_S = 1_794_000_000.0


def _fault(code: str, there: bool = True) -> list[Sign]:
    word = "fault raised" if there else "fault cleared"
    return signs.of("lamp", "event", {"event": word, "detail": code})


def _boot() -> list[Sign]:
    return signs.of("lamp", "event", {"event": "boot", "detail": "power"})


def test_a_boot_that_comes_after_what_happened_since_clears_none_of_it():
    lateness = Lateness()
    assert lateness.current("lamp-1", _fault("tilt"), _BEGIN_S + 20) == _fault("tilt")
    cleared = {sign.code for sign in lateness.current("lamp-1", _boot(), _BEGIN_S)}
    assert cleared == {"safeMode", "thermalShutdown", "doorOpen", "bluetoothLost"}
    assert "tilt" in {sign.code for sign in lateness.current("lamp-2", _boot(), _BEGIN_S)}
    assert "tilt" in {sign.code for sign in lateness.current("lamp-1", _boot(), _BEGIN_S + 3600)}, (
        "a new boot"
    )


def test_a_fault_that_has_ended_is_not_raised_by_the_late_word_of_its_beginning():
    lateness = Lateness()
    assert lateness.current("lamp-1", _fault("tilt", False), _BEGIN_S + 90)
    assert not lateness.current("lamp-1", _fault("tilt"), _BEGIN_S)
    assert lateness.current("lamp-1", _fault("doorOpen"), _BEGIN_S), (
        "nobody has said of this one that it is over"
    )


def test_a_unit_whose_clock_was_ahead_by_a_year_is_believed_when_it_is_put_right():
    lateness = Lateness()
    assert lateness.current("lamp-1", _fault("tilt"), _BEGIN_S + 365 * 86_400)
    assert lateness.current("lamp-1", _fault("tilt", False), _BEGIN_S)
