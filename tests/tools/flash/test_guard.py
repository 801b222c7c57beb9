"""Who may be written, and who is refused with which sentence."""

import json
from dataclasses import replace

import pytest
from corolle_tools.firmware import board_definition
from corolle_tools.flash.errors import Refused
from corolle_tools.flash.guard import check_micropython, check_owner, check_unit
from corolle_tools.flash.session import BoardFacts
from corolle_tools.identity import Identity

_LAMP = board_definition("lamp-s3")
_GOOD = BoardFacts("esp32", "Generic ESP32S3 module with ESP32S3", (1, 28, 0, ""), 2822, "240ac480335f")
_UNIT = Identity.make("lamp-01", "lamp", "test", 43.6, 1.44)
_OTHER = Identity.make("lamp-02", "lamp", "test", 43.6, 1.44)


def test_the_image_a_board_wants_needs_no_word():
    assert check_micropython(_LAMP, _GOOD) == []


def test_a_newer_one_is_noted_and_so_is_a_simulated_board():
    facts = replace(_GOOD, platform="linux", chip="linux", version=(1, 29, 0, "preview"))
    assert check_micropython(_LAMP, facts) == [
        "simulated: runs on linux",
        "MicroPython 1.29.0-preview; tried with 1.28.0",
    ]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (replace(_GOOD, chip="Generic ESP32 module with ESP32"), "lamp-s3 is built on ESP32S3"),
        (replace(_GOOD, mpy=5), "runs no .mpy 6.3"),
        (replace(_GOOD, version=(1, 27, 0, "")), "MicroPython 1.27.0 is older than 1.28.0"),
    ],
)
def test_what_will_not_do_is_refused(facts: BoardFacts, why: str):
    with pytest.raises(Refused, match=why):
        check_micropython(_LAMP, facts)


def test_a_bare_board_its_own_unit_and_one_that_is_given_away_may_be_written():
    assert check_owner("", _UNIT, "") == ""
    assert check_owner("{half", _UNIT, "") == ""
    assert check_owner(json.dumps(_UNIT.unit_json()), _UNIT, "") == ""
    assert check_owner(json.dumps(_OTHER.unit_json()), _UNIT, "lamp-02") == "lamp-02"


@pytest.mark.parametrize("replaced", ["", "lamp-01", "lamp-03"])
def test_another_unit_is_not_overwritten_without_its_name(replaced: str):
    with pytest.raises(Refused, match=f"this board is lamp-02, DevEUI {_OTHER.dev_eui}: `--replace lamp-02`"):
        check_owner(json.dumps(_OTHER.unit_json()), _UNIT, replaced)


def test_the_same_name_with_other_keys_is_another_unit():
    with pytest.raises(Refused, match="--replace lamp-01"):
        check_owner(json.dumps(_UNIT.unit_json()), _UNIT.on_another_board("lamp-s3"), "")


def test_a_lost_unit_and_one_of_another_kind_are_refused():
    with pytest.raises(Refused, match="lamp-01 is revoked"):
        check_unit(_LAMP, replace(_UNIT, revoked=True))
    with pytest.raises(Refused, match="lamp-01 is a canopy: board lamp-s3 is for a lamp"):
        check_unit(_LAMP, replace(_UNIT, kind="canopy"))


def test_a_unit_that_was_provisioned_for_another_board_is_refused():
    """The same chip with other pins: nothing else would notice before a relay clicks."""
    check_unit(_LAMP, replace(_UNIT, board="lamp-s3"))
    with pytest.raises(Refused, match="lamp-01 is to be on board heltec-v3, and not on lamp-s3: "):
        check_unit(_LAMP, replace(_UNIT, board="heltec-v3"))
