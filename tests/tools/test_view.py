"""The street in a terminal, at the sizes and in the encodings that terminals have."""

from io import StringIO

import pytest
from corolle_tools.street.ledger import Ledger
from corolle_tools.street.marks import ASCII, BLOCKS, Marks, marks_for
from corolle_tools.street.picture import save_picture
from corolle_tools.street.view import Facts, frame, whole_height
from rich.console import Console
from street_records import ack, alarm, alarms, decision, facts, lamp_report, ledger, sanitary, service, status


def _busy_street(lamps: int, canopies: int) -> Ledger:
    street = ledger(lamps, canopies)
    for name, unit in street.units.items():
        if unit.kind == "lamp":
            street.take(decision(name, "light", 40, "override until 23:10 by ops"))
            street.take(lamp_report(name))
        else:
            street.take(decision(name, "valve", 1, "dry soil"))
    street.take(status(42, {"bad_mic": 2}))
    street.take(ack("a", "acknowledged"))
    return street


def _drawn(street: Ledger, about: Facts, width: int, height: int, marks: Marks = BLOCKS) -> list[str]:
    out = StringIO()
    console = Console(file=out, width=width, height=height, no_color=True)
    console.print(frame(street, about, marks, width, height))
    return out.getvalue().splitlines()


@pytest.mark.parametrize(("lamps", "canopies"), [(1, 0), (0, 1), (8, 2), (200, 50)])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15), (200, 200)])
def test_a_frame_fits_its_terminal(lamps: int, canopies: int, size: tuple[int, int]):
    lines = _drawn(_busy_street(lamps, canopies), facts(lamps + canopies), *size)
    assert len(lines) <= size[1]
    assert max(map(len, lines)) <= size[0]


def test_80_columns_tell_output_reason_readings_link_and_age():
    street = _busy_street(1, 1)
    street.now_s += 125
    lines = _drawn(street, facts(2), 80, 24)
    lamp = next(line for line in lines if line.startswith("lamp-01"))
    for told in ("40 %", "override until 23", "4.1 W 12 passed", "\N{MINUS SIGN}87", "2 min"):
        assert told in lamp
    assert "valve open" in next(line for line in lines if line.startswith("canopy-01"))
    text = "\n".join(lines)
    for told in (
        "gateway  online",
        "42 uplinks",
        "2 lost (collision 2)",
        "2 refused (bad mic 2)",
        "acknowledged",
    ):
        assert told in text


def test_a_fault_stands_beside_the_reason():
    street = ledger(1, 0)
    street.take(decision("lamp-01", "light", 100, "clock unknown"))
    street.take(lamp_report("lamp-01", faults=("presenceStuck",)))
    assert "clock unknown !presenceStuck" in "\n".join(_drawn(street, facts(1), 120, 24))


def test_alarms_are_summed_up_and_each_step_of_one_is_told():
    street = ledger(1, 0)
    street.take(alarm("raised"))
    street.take(alarms(1, 2))
    street.take(alarm("acknowledged", "anne"))
    text = "\n".join(_drawn(street, facts(1), 120, 24))
    for told in ("3 alarms (urgent 1, round 2)", "alarm 3 lampFailure raised", "acknowledged by anne"):
        assert told in text
    street.take(alarms(0, 0))
    assert "3 alarms" not in "\n".join(_drawn(street, facts(1), 120, 24))


def test_a_canopy_s_mist_line_and_its_sanitary_log():
    street = ledger(0, 2)
    street.take(decision("canopy-01", "valve", 0, "moist soil"))
    street.take(decision("canopy-01", "mist", 1, "hot air"))
    street.take(decision("canopy-02", "valve", 1, "dry soil"))
    street.take(service("canopy-02", "disinfection due"))
    street.take(sanitary("canopy-01", 7, "lab result", 250, "labo"))
    text = "\n".join(_drawn(street, facts(2), 120, 24))
    for told in (
        "misting",
        "moist soil",
        "valve open",
        "dry soil [mist: disinfection due]",
        "mist open: hot air",
        "sanitary log 7: lab result 250 by labo",
    ):
        assert told in text
    street.take(decision("canopy-01", "mist", 0, "burst pause"))
    street.take(decision("canopy-01", "purge", 1, "purging"))
    street.take(service("canopy-02", "ready"))
    table = _drawn(street, facts(2), 120, 24)[:6]
    assert "purging" in "".join(table) and "disinfection" not in "".join(table)


def test_turning_pages_show_every_unit():
    street = _busy_street(40, 10)
    moments = [_drawn(street, facts(50, real_s), 80, 24) for real_s in range(0, 60, 4)]
    shown = {line.split()[0] for lines in moments for line in lines if line}
    assert set(street.units) <= shown


def test_plain_height_has_room_for_every_unit_at_once():
    street = _busy_street(30, 5)
    lines = _drawn(street, facts(35), 80, whole_height(street, 80))
    assert set(street.units) <= {line.split()[0] for line in lines if line}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_poor_encoding_gets_plain_signs(encoding: str):
    marks = marks_for(encoding)
    assert marks is ASCII
    "\n".join(_drawn(_busy_street(9, 1), facts(10), 80, 24, marks)).encode("ascii")


def test_a_rich_encoding_gets_blocks():
    assert marks_for("utf-8") is BLOCKS


@pytest.mark.parametrize("marks", [BLOCKS, ASCII])
@pytest.mark.parametrize(("level_pct", "cells"), [(0, 0), (1, 1), (10, 1), (50, 3), (100, 6)])
def test_a_lamp_that_burns_shows_at_least_one_cell(marks: Marks, level_pct: int, cells: int):
    assert marks.bar(level_pct, 6) == marks.full * cells + marks.empty * (6 - cells)


def test_the_picture_is_an_svg_of_the_frame(tmp_path):
    path = tmp_path / "street.svg"
    save_picture(path, _busy_street(3, 1), facts(4))
    text = path.read_text()
    assert text.startswith("<svg") and "lamp-01" in text and "canopy-01" in text
    assert "url(http" not in text, "a picture fetches nothing"
