"""A settings file may hold anything; the light goes on with what can be believed."""

import json

from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import Settings, rows


class _Shelf:
    """A store in memory."""

    def __init__(self, record=None):
        self.record = record

    def load(self, name):
        return self.record

    def save(self, name, payload):
        self.record = payload


def _loaded(record):
    settings = Settings(LAMP_SETTINGS, store=_Shelf(record))
    return settings, settings.load()


def test_every_default_is_legal_and_every_name_tells_its_unit():
    for table in (LAMP_SETTINGS, CANOPY_SETTINGS, MIST_SETTINGS):
        for name, default, lowest, highest, unit, meaning in rows(table):
            assert lowest <= default <= highest, name
            assert meaning and name == name.lower()
            if unit:
                assert name.endswith(
                    {"min": "_min", "%": "_pct", "Cel": "_c", "dL": "_dl", "dm/s": "_dm_s", "lx": "_lux"}.get(
                        unit, "_" + unit.lower()
                    )
                ), name


def test_values_in_range_are_taken():
    settings, ok = _loaded(b'{"base_pct": 25, "hold_s": 90}')
    assert ok
    assert (settings["base_pct"], settings["hold_s"], settings["rise_ms"]) == (25, 90, 700)
    assert settings.problems == []


def test_each_wrong_value_falls_back_by_itself():
    wrong = {
        "base_pct": 101,
        "hold_s": -1,
        "rise_ms": "fast",
        "fall_ms": 1.5,
        "zone_min": None,
        "vpo_pct": True,
        "presence_pct": 80,
    }
    settings, ok = _loaded(json.dumps(wrong).encode())
    assert ok
    assert settings["presence_pct"] == 80
    for name, default, *_ in rows(LAMP_SETTINGS):
        if name != "presence_pct":
            assert settings[name] == default, name
    assert len(settings.problems) == 6
    said = " ".join(settings.problems)
    assert "base_pct = 101 is not a whole number from 0 to 100 %" in said


def test_a_setting_nobody_knows_is_told():
    settings, _ = _loaded(b'{"brightness": 5}')
    assert settings.problems == ["brightness is not a setting"]


def test_garbage_leaves_the_defaults():
    for record in (b"", b"{", b"[1, 2]", b"7", b"\xff\xfe\x00", b'{"base_pct": 25', b"null"):
        settings, ok = _loaded(record)
        assert not ok
        assert settings["base_pct"] == 10
        assert len(settings.problems) == 1, record


def test_no_file_is_no_problem():
    settings, ok = _loaded(None)
    assert not ok
    assert settings.problems == []


def test_set_refuses_with_name_and_range_and_changes_nothing():
    shelf = _Shelf()
    settings = Settings(LAMP_SETTINGS, store=shelf)
    for name, value, part in (("hold_s", 901, "from 5 to 900 s"), ("colour", 1, "colour is not a setting")):
        try:
            settings.set(name, value)
        except ValueError as error:
            assert part in str(error), error
        else:
            raise AssertionError("taken")
    assert shelf.record is None
    assert settings["hold_s"] == 60


def test_set_is_kept():
    shelf = _Shelf()
    Settings(LAMP_SETTINGS, store=shelf).set("hold_s", 120)
    again = Settings(LAMP_SETTINGS, store=shelf)
    assert again.load()
    assert again["hold_s"] == 120


def test_the_hash_tells_every_setting_apart():
    settings = Settings(LAMP_SETTINGS)
    hashes = {settings.hash()}
    for name, default, lowest, highest, *_ in rows(LAMP_SETTINGS):
        other = Settings(LAMP_SETTINGS)
        other.set(name, lowest if default != lowest else highest)
        hashes.add(other.hash())
    assert len(hashes) == len(list(rows(LAMP_SETTINGS))) + 1
    assert Settings(LAMP_SETTINGS).hash() == settings.hash()
