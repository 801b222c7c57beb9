"""The two languages say the same things, all of them, and nothing that would not fit."""

import re
import string
from pathlib import Path

import corolle_gateway
import pytest
from corolle.wire import words
from corolle_gateway.alarm.kinds import BRING, kind_of
from corolle_gateway.console import english, facts, french, verbs
from corolle_gateway.console.language import NAMES, Language
from corolle_gateway.console.line import WIDTH
from corolle_gateway.console.table import table

_TABLES = ("TEXTS", "HELP", "REASONS", "EVENTS", "STATUSES")
_CONSOLE = Path(corolle_gateway.__file__).parent / "console"


def _fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", _TABLES)
def test_both_languages_have_the_same_keys(name: str):
    assert list(getattr(english, name)) == list(getattr(french, name))


def test_both_languages_ask_for_the_same_figures():
    assert not [key for key in english.TEXTS if _fields(english.TEXTS[key]) != _fields(french.TEXTS[key])]


def test_texts_of_the_two_are_not_the_same_by_mistake():
    same = {key for key in english.REASONS if english.REASONS[key] == french.REASONS[key]}
    assert not same
    assert len([key for key in english.TEXTS if english.TEXTS[key] == french.TEXTS[key]]) < 12


@pytest.mark.parametrize("language", NAMES)
def test_every_reason_and_every_event_has_its_sentence(language: str):
    speaks = Language(language)
    for word in words.words(words.REASONS):
        assert speaks.reason(word).endswith(".") and word in english.REASONS, word
    assert set(words.words(words.EVENTS)) == set(english.EVENTS)
    assert set(words.words(words.REASONS)) == set(english.REASONS)


@pytest.mark.parametrize("language", NAMES)
def test_every_fault_says_what_to_look_at(language: str):
    speaks = Language(language)
    for code in words.words(words.LAMP_FAULTS) + words.words(words.CANOPY_FAULTS):
        assert speaks.alarm(code) != code
        assert speaks.severity(code)
        assert set(speaks.bring(code).split(", ")) <= {"", *BRING, *BRING.values()}


def test_what_a_newer_unit_says_is_shown_as_it_is():
    assert "code 61" in Language("fr").reason("code 61")
    assert Language("fr").alarm("newFault") == "newFault" and kind_of("newFault").severity == "round"


def test_french_is_spaced_as_it_is_printed():
    text = Language("fr").text("open_alarms", count=3, fresh=1)
    assert "\u00a0: 3" in text and " :" not in text


def test_every_text_that_is_asked_for_is_there_and_no_other():
    code = "".join(
        path.read_text().replace("'", '"')
        for path in _CONSOLE.rglob("*.py")
        if path.stem not in ("english", "french")
    )
    assert not [key for key in english.TEXTS if not _is_used(key, code)]


def _is_used(key: str, code: str) -> bool:
    """By its whole name, or by the beginning of one that is put together."""
    parts = [key[:at] for at in range(1, len(key)) if key[at - 1] == "_"]
    return (
        f'"{key}"' in code
        or any(f'"{part}{{' in code for part in parts)
        or key.startswith(("command_", "alarm_"))
    )


@pytest.mark.parametrize("language", NAMES)
def test_every_command_is_explained_and_every_explanation_has_its_command(language: str):
    for name in english.HELP:
        verb = verbs.find(name)
        assert verb is not None and verb.name == name
        assert Language(language).usage(name)[1]
    assert verbs.find("langue") is verbs.find("language")
    assert verbs.find("aide") is verbs.find("help")


def test_a_table_fits_whatever_stands_in_it():
    rows = [("x" * 64, "y" * 40, "é" * 30, "12 %"), ("a", "b", "c", "3 %")]
    lines = table(("unit", "reason", "faults", "output"), rows)
    assert max(map(len, lines)) < WIDTH
    assert "~" in lines[1] and re.search(r"\b3 %", lines[2])


def test_decisions_in_a_row_are_one_and_newest_first():
    def report(minute: int, level: int, reason: str) -> dict:
        return {"time": f"2026-07-14T20:{minute:02}:00.000Z", "level_pct": level, "reason": reason}

    found = facts.decisions([report(9, 40, "override"), report(6, 10, "schedule"), report(3, 10, "schedule")])
    assert [(each.output, each.reason) for each in found] == [(40, "override"), (10, "schedule")]
    assert found[1].since_s == found[0].since_s - 360
    opened = {"time": "2026-07-14T20:00:00.000Z", "event": "valve opened", "value": 32, "detail": "dry soil"}
    assert facts.decisions([opened, {**opened, "event": "boot"}])[0].output is True
