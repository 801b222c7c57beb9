"""Settings that come over LoRaWAN: all or none, kept, obeyed and told."""

from bench import Bench, Shelf
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import Settings, rows
from corolle.units import lamp, wanted
from corolle.wire.settings_words import mark, pack_pairs, unpack_answer


class _Unit:
    looks = 0

    def look_again(self, _):
        self.looks += 1


def _bench():
    bench, unit = Bench(lamp), _Unit()
    return bench, unit, lambda payload: unpack_answer(wanted.take(bench.common, unit, payload))


def test_what_is_wanted_is_run_and_its_hash_told():
    bench, unit, take = _bench()
    answer = take(pack_pairs([("base_pct", 25), ("on_offset_min", -30)]))
    expected = Settings(LAMP_SETTINGS)
    expected.set("base_pct", 25)
    expected.set("on_offset_min", -30)
    assert answer == (expected.hash(), 0, 0, [])
    assert bench.common.settings["on_offset_min"] == -30 and unit.looks == 1


def test_all_or_none_and_nothing_is_written_for_none():
    bench, unit, take = _bench()
    before = bench.common.settings.hash()
    for payload in (
        pack_pairs([("base_pct", 25), ("hold_s", 4)]),
        pack_pairs([("base_pct", 25), ("start_vwc_pct", 30)]),
        b"1234",
    ):
        assert take(payload) == (before, 0, 0, [])
    assert bench.common.refused["settings"] == 3
    assert bench.common.settings["base_pct"] == 10 and unit.looks == 0


def test_many_settings_are_one_write():
    shelf = Shelf()
    settings = Settings(LAMP_SETTINGS, store=shelf)
    settings.change({"base_pct": 25, "hold_s": 90, "rise_ms": 100})
    assert shelf.writes == 1
    later = Settings(LAMP_SETTINGS, store=shelf)
    assert later.load() and later.hash() == settings.hash()


def test_what_is_not_at_its_default_is_told_page_by_page():
    bench, _, take = _bench()
    changed = [(row[0], row[2]) for row in rows(LAMP_SETTINGS) if row[1] != row[2]][:11]
    bench.common.settings.change({name: value for name, value in changed})
    hash32, total, first, pairs = take(b"\x00")
    assert (hash32, total, first) == (bench.common.settings.hash(), 11, 0)
    more = take(b"\x09")
    assert more[:3] == (hash32, 11, 9)
    assert pairs + more[3] == [(mark(name), value) for name, value in changed]


def test_marks_tell_settings_of_a_unit_apart_and_all_values_fit():
    for tables in ((LAMP_SETTINGS,), (CANOPY_SETTINGS, MIST_SETTINGS)):
        table = list(rows(*tables))
        assert len({mark(row[0]) for row in table}) == len(table)
        assert all(-0x800000 <= row[2] <= row[3] < 0x800000 for row in table)
