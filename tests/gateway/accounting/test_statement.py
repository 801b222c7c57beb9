"""The account of a month: lines by unit, group and site, stated baselines, CSV that can be read back."""

import csv
import io
from pathlib import Path

import pytest
from corolle.wire.sanitary_record import SANITARY, Record
from corolle.wire.words import code_of
from corolle_gateway.accounting import csv_file, reading, words
from corolle_gateway.accounting.baselines import Baselines
from corolle_gateway.accounting.reading import Account
from corolle_gateway.accounting.statement import TOTAL, Line, lines
from corolle_gateway.errors import StoreError
from corolle_gateway.model import Registration, SanitaryEntry, Unit
from corolle_gateway.months import Months
from corolle_gateway.store import database, ledger, registry, sanitary, settings, states
from corolle_gateway.store.states import Standing

_MONTHS = Months("Europe/Paris")
_BEGIN_S, _END_S = _MONTHS.begin_s("2026-11"), _MONTHS.end_s("2026-11")
_DAY_S = 86_400.0


def _unit(name: str, number: int, site: str = "quai", groups: tuple[str, ...] = ()) -> Unit:
    kind = name.partition("-")[0]
    return Unit(name, kind, site, f"{number:016x}", "00" * 8, 43.6, 1.44, "C", groups)


_UNITS = [
    _unit("lamp-1", 1, groups=("banks", "east")),
    _unit("lamp-2", 2, groups=("banks",)),
    _unit("lamp-3", 3, site="port"),
    _unit("canopy-1", 4),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of four units: a whole one, one without burn hours, one first heard on the 16th, a canopy."""
    folder = tmp_path_factory.mktemp("gateway")
    db = database.connect(folder)
    db.execute("BEGIN")
    registry.put_all(db, [Registration(unit, bytes([n]) * 16) for n, unit in enumerate(_UNITS)], 0.0)
    amounts = {
        "lamp-1": {"energy_wh": 6000.0, "burn_h": 400.0, "passages": 2000.0, "heard_s": 30 * _DAY_S},
        "lamp-2": {"energy_wh": 7000.0, "heard_s": 27 * _DAY_S, "stopped_s": 2.7 * _DAY_S, "resets": 1.0},
        "lamp-3": {"energy_wh": 4000.0, "burn_h": 200.0, "passages": 100.0, "heard_s": 15 * _DAY_S},
        "canopy-1": {"water_l": 600.0, "mist_l": 90.5, "purge_l": 12.0, "heard_s": 30 * _DAY_S},
    }
    begun_s = {"lamp-3": _BEGIN_S + 15 * _DAY_S}
    for name, sums in amounts.items():
        full_w = {"lamp-1": 40.0, "lamp-2": 40.0}.get(name)
        ledger.add(db, name, "2026-11", sums, full_w)
        for heard_s in (begun_s.get(name, _BEGIN_S - _DAY_S), _END_S + 60):
            running = {"energy_wh": 9e9, "heard_s": 60.0}  # of another month
            states.put(db, name, None, Standing("02" * 8, heard_s, "2026-12", running, 99.0))
    ledger.add(db, "lamp-1", "2026-10", {"energy_wh": 1e6}, 55.0)
    settings.put_reported(db, "lamp-1", {"base_pct": 10, "hold_s": 60})
    settings.put_reported(db, "lamp-3", {"base_pct": 30, "hold_s": 90, "rated_w": 50})
    for number, at_s in enumerate((_BEGIN_S - 5, _BEGIN_S + 5, _BEGIN_S + 9, _END_S + 1), start=1):
        record = Record(number, int(at_s), code_of(SANITARY, "purged"), 0, 30, "", bytes(8))
        sanitary.put(db, SanitaryEntry("canopy-1", "4", at_s, record))
    db.execute("COMMIT")
    db.close()
    return folder / database.FILE_NAME


@pytest.fixture(scope="module")
def account(path: Path) -> Account:
    return reading.read(path, "2026-11", _MONTHS)


def _by_name(account: Account, way: str, baselines: Baselines | None = None) -> dict[str, Line]:
    asked = baselines or Baselines({"": 100.0, "port": 150.0}, 40.0)
    return {line.name: line for line in lines(account, asked, way)}


def test_a_lamp_is_compared_with_itself_at_full_light_and_with_what_stood_there_before(account: Account):
    line = _by_name(account, "unit")["lamp-1"]
    assert (line.full.baseline, line.full.saved_pct) == (400 * 40.0, pytest.approx(62.5))
    assert (line.former.baseline, line.former.saved_pct) == (400 * 100.0, pytest.approx(85.0))
    assert (line.passages_per_h, line.base_pct, line.hold_s) == (5.0, 10, 60)
    assert (line.heard_pct, line.serving_pct) == (100.0, 100.0)


def test_a_site_has_its_own_former_luminaire_and_what_was_not_learned_is_what_was_rated(account: Account):
    line = _by_name(account, "unit")["lamp-3"]
    assert line.former.baseline == 200 * 150.0
    assert line.full.baseline == 200 * 50.0


def test_what_is_not_known_is_not_compared_and_never_taken_for_a_saving(account: Account):
    line = _by_name(account, "unit")["lamp-2"]
    assert (line.full.saved_pct, line.former.saved_pct, line.full.units) == (None, None, 0)
    assert line.sums.energy_wh == 7000
    bare = _by_name(account, "unit", Baselines())
    assert bare["lamp-1"].former.saved_pct is None and bare["canopy-1"].timer.saved_pct is None


def test_a_canopy_is_compared_with_a_timer(account: Account):
    line = _by_name(account, "unit")["canopy-1"]
    assert line.timer.baseline == pytest.approx(30 * 40)
    assert line.timer.saved_pct == pytest.approx(50)
    assert line.purges == 2, "the month before and the month after have their own"


def test_availability_is_of_the_time_since_it_was_first_heard(account: Account):
    found = _by_name(account, "unit")
    assert found["lamp-2"].heard_pct == pytest.approx(90)
    assert found["lamp-2"].serving_pct == pytest.approx(90)
    assert found["lamp-3"].heard_pct == pytest.approx(100)


def test_groups_overlap_and_the_total_counts_each_unit_once(account: Account):
    found = _by_name(account, "group")
    assert {name: line.units for name, line in found.items()} == {"-": 2, "banks": 2, "east": 1, TOTAL: 4}
    assert found["banks"].sums.energy_wh == 13_000
    assert found["banks"].full.units == 1 and found["banks"].full.saved_pct == pytest.approx(62.5)
    assert found[TOTAL].sums.energy_wh == 17_000
    assert list(found)[-1] == TOTAL


def test_sites_sum_up_what_is_theirs(account: Account):
    found = _by_name(account, "site")
    assert (found["quai"].units, found["port"].units) == (3, 1)
    assert found["quai"].kinds == ["canopy", "lamp"]
    assert found[TOTAL].former.baseline == 400 * 100.0 + 200 * 150.0


def _sheet(account: Account, language: str, way: str = "unit") -> list[list[str]]:
    text = csv_file.written(account, Baselines({"": 100.0}, 40.0), way, "Europe/Paris", language)
    assert text.startswith("\ufeff")
    mark = ";" if language == "fr" else ","
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=mark))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_sheet_states_what_an_audit_asks_for(account: Account, language: str):
    rows = _sheet(account, language)
    head = next(n for n, row in enumerate(rows) if not row)
    opening = {row[0]: row[-1] for row in rows[:head]}
    assert opening[words.text("month", language)] == "2026-11"
    assert opening[words.text("zone", language)] == "Europe/Paris"
    assert ("100,0 W" if language == "fr" else "100.0 W") in opening[words.text("baseline_former", language)]
    assert ("40,0 L" if language == "fr" else "40.0 L") in opening[words.text("baseline_timer", language)]
    assert "lampFailure" in opening[words.text("serving", language)]
    assert len({len(row) for row in rows[head + 1 :]}) == 1
    assert [row[0] for row in rows[head + 2 :]] == ["canopy-1", "lamp-1", "lamp-2", "lamp-3", TOTAL]


def test_figures_are_written_as_the_language_writes_them(account: Account):
    for language, energy, saved in (("en", "6.000", "62.5"), ("fr", "6,000", "62,5")):
        rows = _sheet(account, language)
        heads = next(row for row in rows if row and row[0] == words.text("unit", language))
        line = dict(zip(heads, next(row for row in rows if row and row[0] == "lamp-1"), strict=True))
        assert line[words.text("energy_kwh", language)] == energy
        assert line[words.text("full_saved_pct", language)] == saved
        assert line[words.text("timer_l", language)] == ""
        assert line[words.text("kinds", language)] == words.text("lamp", language)


def test_french_is_typeset(account: Account):
    said = "\n".join(" ".join(row) for row in _sheet(account, "fr"))
    assert "« " not in said and " ;" not in said and " :" not in said
    assert "Économie sur plein feu (%)" in said


def test_a_baseline_that_was_not_given_is_said_to_be_missing(account: Account):
    text = csv_file.written(account, Baselines(), "site", "UTC", "en")
    assert text.count("not given") == 2


def test_what_is_no_gateways_database_is_refused(tmp_path: Path):
    with pytest.raises(StoreError, match="no such file"):
        reading.read(tmp_path / "none", "2026-11", _MONTHS)
    (tmp_path / "text").write_text("no database at all, but long enough to be looked at" * 40)
    with pytest.raises(StoreError, match="not the database of a gateway"):
        reading.read(tmp_path / "text", "2026-11", _MONTHS)
