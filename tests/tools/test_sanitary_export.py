"""The "fichier sanitaire" from a gateway's own database: whole, tampered with, empty; as PDF and CSV."""

import csv
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from corolle.wire.sanitary_record import SANITARY, first_link, pack, unpack
from corolle.wire.words import code_of, words
from corolle_gateway.model import Registration, SanitaryEntry, Unit
from corolle_gateway.store import database, registry, sanitary
from corolle_tools.app import app
from corolle_tools.sanitary import french
from corolle_tools.sanitary.dossier import Dossier
from corolle_tools.sanitary.reading import read
from typer.testing import CliRunner, Result

_UNIT = Unit("canopy-1", "canopy", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "A")
# A fill colour (rg, or g for greys) or a text, as a page's contents have them (PDF 32000-1, 8.6.8 and 9.4.3).
_PRINTED = re.compile(rb"(?P<colour>(?:[\d.]+\s){1,3})(?:rg|g)\b|\((?P<text>(?:\\.|[^\\)])*)\)\s+Tj\b")
_TRIGGERS = ("sanitary_once", "sanitary_unchanged", "sanitary_kept")

# When (UTC), what, its value, by whom.
_STORY = (
    ("2026-06-30T21:59:59", "log begun", 0, ""),
    ("2026-06-30T22:00:00", "purged", 121, ""),
    ("2026-07-02T10:00:00", "misting begun", 0, ""),
    ("2026-07-02T10:20:00", "misting ended", 58, ""),
    ("2026-07-02T10:25:00", "purge put off", 15, ""),
    ("2026-07-02T11:00:00", "purged", 120, ""),
    ("2026-07-03T08:00:00", "water warm", 253, ""),
    ("2026-07-03T09:00:00", "sampled", 0, "labo.Dupont"),
    ("2026-07-20T09:00:00", "lab result", 65535, "labo$1"),
    ("2026-07-20T09:00:01", "lab stop", 65535, "labo$1"),
    ("2026-07-31T21:59:59", "ban", 0, "=prefet"),
    ("2026-07-31T22:00:00", "ban lifted", 0, "prefet"),
)


def _records(
    story: tuple[tuple[str, str, int, str], ...] = _STORY, dev_eui: str = _UNIT.dev_eui
) -> list[bytes]:
    link, records = first_link(dev_eui), []
    for number, (when, word, value, author) in enumerate(story, 1):
        time_s = int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()) if when else 0
        records.append(pack(number, time_s, code_of(SANITARY, word), value, author, link))
        link = records[-1][24:]
    return records


def _keep(folder: Path, records: list[bytes], dev_eui: str = _UNIT.dev_eui) -> Path:
    """A database as the gateway makes it, with these records."""
    db = database.connect(folder)
    registry.put_all(db, [Registration(_UNIT, b"k" * 16)], 0.0)
    for record in records:
        sanitary.put(db, SanitaryEntry("canopy-1", dev_eui, 1_783_000_000.0, unpack(record)))
    db.close()
    return folder / database.FILE_NAME


def _tamper(path: Path, statement: str) -> None:
    """Change the database as somebody would who wants to hide something."""
    db = sqlite3.connect(path)
    for trigger in _TRIGGERS:
        db.execute(f"DROP TRIGGER {trigger}")
    assert db.execute(statement).rowcount == 1
    db.commit()
    db.close()


def _export(path: Path, *more: str, first: str = "2026-07-01", last: str = "2026-07-31") -> Result:
    arguments = ["sanitary", "export", "canopy-1", "--from", first, "--to", last, "--db", str(path), *more]
    return CliRunner().invoke(app, arguments)


def _sheet(path: Path, status: int, **period: str) -> list[list[str]]:
    """What a spreadsheet reads of the exported table."""
    out = path.parent / "out.csv"
    result = _export(path, "--csv", str(out), **period)
    assert result.exit_code == status, result.output
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def _summary(sheet: list[list[str]]) -> dict[str, str]:
    return {row[0]: row[1] for row in sheet if len(row) == 2}


def _table(sheet: list[list[str]]) -> list[list[str]]:
    return sheet[[row[:1] for row in sheet].index(["N°"]) + 1 :]


def test_a_month_by_the_local_calendar(tmp_path: Path):
    sheet = _sheet(_keep(tmp_path, _records()), 0)
    assert sheet[:4] == [
        ["Fichier sanitaire"],
        ["Unité", "canopy-1"],
        ["Site", "quai"],
        ["Période", "du 01/07/2026 au 31/07/2026 (heure de Paris)"],
    ]
    notice, *table = _table(sheet)
    assert notice == ["Journal du contrôleur 0202020202020202"]
    assert [row[0] for row in table] == [str(number) for number in range(2, 12)]
    link = _records()[1][24:].hex()
    assert table[0] == [
        "2", "01/07/2026", "00:00:00", "Purge effectuée", "12,1", "L", "automate", link, "vérifié"
    ]  # fmt: skip
    assert table[5][3:7] == ["Alarme : eau trop chaude", "25,3", "°C", "automate"]
    assert table[7][3:7] == ["Résultat : L. pneumophila", "65535", "UFC/L ou plus", "labo$1"]
    assert table[9][1:4] == ["31/07/2026", "23:59:59", "Interdiction préfectorale"]
    assert table[9][6] == "'=prefet"  # no formula


def test_the_summary_of_a_month(tmp_path: Path):
    path = _keep(tmp_path, _records())
    found = _summary(_sheet(path, 0))
    assert found["Purges"] == "2 (24,1 L)"
    assert found["Brumisations"] == "1 (5,8 L)"
    assert found["Eau comptée"] == "29,9 L"
    assert found["Alarmes d'eau trop chaude"] == "1"
    assert found["Résultats d'analyse"] == "65535 UFC/L ou plus le 20/07/2026"
    assert found["Chaîne des enregistrements"] == "vérifiée, sans rupture"
    locks = [row[1] for row in _sheet(path, 0) if row[:1] == ["Verrous en vigueur au 31/07/2026"]]
    assert locks == [
        "Arrêt : L. pneumophila, depuis le 20/07/2026 par labo$1",
        "Interdiction préfectorale, depuis le 31/07/2026 par =prefet",
    ]
    later = _sheet(path, 0, last="2026-08-01")
    locks = [row[1] for row in later if row[:1] == ["Verrous en vigueur au 01/08/2026"]]
    assert locks == ["Arrêt : L. pneumophila, depuis le 20/07/2026 par labo$1"]


def test_an_empty_period_says_so(tmp_path: Path):
    path = _keep(tmp_path, _records())
    sheet = _sheet(path, 0, first="2025-01-01", last="2025-01-31")
    assert _table(sheet) == [["Aucune opération enregistrée sur cette période."]]
    assert _summary(sheet)["Verrous en vigueur au 31/01/2025"] == "aucun"
    (tmp_path / "other").mkdir()
    nothing = _sheet(_keep(tmp_path / "other", []), 0)
    assert _summary(nothing)["Chaîne des enregistrements"] == "aucun enregistrement"


@pytest.mark.parametrize(
    "change",
    [
        "value = 200",
        "time_s = time_s + 1",
        "code = 3",
        "author = 'x'",
        "flags = 1",
        "chain = x'0000000000000000'",
    ],
)
def test_a_record_that_was_changed_is_shown_at_its_place(tmp_path: Path, change: str):
    path = _keep(tmp_path, _records())
    _tamper(path, f"UPDATE sanitary SET {change} WHERE number = 6")
    table = _table(_sheet(path, 3))
    at = [row[0] for row in table].index("6")
    assert table[at - 1][0].startswith("CHAÎNE ROMPUE : l'enregistrement n° 6 ne suit pas le n° 5")
    assert table[at][-1] == "ROMPU"
    others = [row[-1] for row in table if len(row) > 1 and row[0] not in ("6", "7")]
    assert set(others) == {"vérifié"}


def test_a_record_that_was_removed_is_shown_at_its_place(tmp_path: Path):
    path = _keep(tmp_path, _records())
    _tamper(path, "DELETE FROM sanitary WHERE number = 7")
    sheet = _sheet(path, 3)
    table = _table(sheet)
    at = [row[0] for row in table].index("8")
    assert table[at - 1] == ["CHAÎNE INTERROMPUE : l'enregistrement n° 7 manque avant le n° 8."]
    assert table[at][-1] == "non vérifiable"
    assert table[at + 1][-1] == "vérifié"
    assert _summary(sheet)["Chaîne des enregistrements"] == "ROMPUE en 1 endroit"


def _contradict(path: Path, number: int = 6, value: int = 9) -> None:
    """Another record of that number, as a controller sends it that has lost what it wrote."""
    time_s = int(datetime(2026, 7, 2, 11, tzinfo=UTC).timestamp())
    record = unpack(pack(number, time_s, code_of(SANITARY, "purged"), value, "", bytes(8)))
    db = database.connect(path.parent)
    sanitary.put_contradiction(db, SanitaryEntry("canopy-1", _UNIT.dev_eui, 1_783_080_000.0, record))
    db.close()


def test_another_record_of_a_number_is_shown_beside_the_first(tmp_path: Path):
    path = _keep(tmp_path, _records())
    _contradict(path)
    sheet = _sheet(path, 3)
    table = _table(sheet)
    at = [row[0] for row in table].index("6")
    assert table[at][3:6] + table[at][-1:] == ["Purge effectuée", "12,0", "L", "CONTREDIT"]
    assert table[at + 1][0].startswith(
        "CONTRADICTION : le contrôleur a transmis le n° 6 en 2 versions différentes ; "
        "l'autre version a été reçue le 03/07/2026 à 14:00:00"
    )
    assert table[at + 2][3:6] + table[at + 2][-1:] == ["Purge effectuée", "0,9", "L", "AUTRE VERSION"]
    assert table[at + 3][0] == "7" and table[at + 3][-1] == "vérifié"
    found = _summary(sheet)
    assert found["Contradictions"] == "1 numéro en plusieurs versions"
    assert found["Purges"] == "2 (24,1 L)", "what the other version tells is not counted"
    assert found["Chaîne des enregistrements"] == "vérifiée, sans rupture"
    assert "canopy-1: contradiction: 2 records of number 6" in _export(path, "--csv", "/dev/null").output


def test_a_contradiction_outside_the_period_is_told_as_well(tmp_path: Path):
    path = _keep(tmp_path, _records())
    _contradict(path)
    _contradict(path, value=10)
    found = _summary(_sheet(path, 3, first="2026-07-20"))
    assert "le n° 6 en 3 versions différentes" in found["Hors période ou hors unité"]


def test_a_database_that_keeps_no_contradictions_yet_is_read(tmp_path: Path):
    path = _keep(tmp_path, _records())
    db = database.connect(path.parent)
    db.executescript("DROP TABLE sanitary_contradictions; PRAGMA user_version = 2;")
    db.close()
    assert _summary(_sheet(path, 0))["Contradictions"] == "aucune"


def test_a_break_outside_the_period_is_told_as_well(tmp_path: Path):
    path = _keep(tmp_path, _records())
    _tamper(path, "DELETE FROM sanitary WHERE number = 1")
    sheet = _sheet(path, 3, first="2026-07-02")
    assert _summary(sheet)["Hors période ou hors unité"].endswith(
        "l'enregistrement n° 1 manque avant le n° 2."
    )
    assert not [row for row in _table(sheet) if row[0].startswith("CHAÎNE")]


def test_a_log_of_another_controller_is_a_forgery(tmp_path: Path):
    sheet = _sheet(_keep(tmp_path, _records(dev_eui="03" * 8)), 3, first="2026-06-01")
    assert "le début du journal de ce contrôleur" in _table(sheet)[1][0]


def test_a_second_controller_begins_a_second_log(tmp_path: Path):
    _keep(tmp_path, _records())
    path = _keep(tmp_path, _records((("2026-07-25T08:00:00", "log begun", 0, ""),), "03" * 8), "03" * 8)
    notices = [row[0] for row in _table(_sheet(path, 0)) if len(row) == 1]
    assert notices == ["Journal du contrôleur 0202020202020202", "Journal du contrôleur 0303030303030303"]


def test_a_record_without_a_time_stands_with_the_one_before_it(tmp_path: Path):
    story = (("2026-07-02T10:00:00", "log begun", 0, ""), ("", "supply refused", 0, ""))
    table = _table(_sheet(_keep(tmp_path, _records(story)), 0))
    assert table[2][:4] == ["2", "inconnue", "inconnue", "Alimentation interdite refusée"]


@pytest.mark.parametrize("word", words(SANITARY))
def test_every_operation_has_french_words(word: str):
    record = unpack(pack(1, 0, code_of(SANITARY, word), 0, "", bytes(8)))
    assert french.operation(record) not in (word, f"Opération de code {record.code}")
    french.operation(record).encode("cp1252")  # all that a core font has


def test_an_operation_of_a_newer_controller_is_shown_by_its_code():
    record = unpack(pack(1, 0, 99, 7, "", bytes(8)))
    assert (french.operation(record), french.value(record)) == ("Opération de code 99", ("7", ""))


def _pdf_texts(path: Path, out: Path, status: int) -> list[tuple[str, bool]]:
    """Every text of the document, in order, and whether it is red: read from its uncompressed pages."""
    from matplotlib import rc_context  # here: it takes most of a second, of each of pytest's processes

    with rc_context({"pdf.compression": 0}):
        result = _export(path, "--pdf", str(out))
    assert result.exit_code == status, result.output
    texts, is_red = [], False
    for match in _PRINTED.finditer(out.read_bytes()):
        if match["text"] is None:
            levels = [float(level) for level in match["colour"].split()]
            is_red = len(levels) == 3 and levels[0] > 0.5 and levels[1] < 0.1
        else:
            texts.append((re.sub(rb"\\(.)", rb"\1", match["text"]).decode("cp1252"), is_red))
    return texts


def test_on_paper_with_accents_and_in_red_where_it_is_broken(tmp_path: Path):
    path = _keep(tmp_path, _records())
    _tamper(path, "UPDATE sanitary SET value = 200 WHERE number = 6")
    texts = _pdf_texts(path, tmp_path / "out.pdf", 3)
    plain = [text for text, _ in texts]
    assert {"Fichier sanitaire", "Purge effectuée", "Unité", "°C", "labo$1", "01/07/2026"} <= set(plain)
    red = [text for text, is_red in texts if is_red]
    assert any(text.startswith("CHAÎNE ROMPUE : l'enregistrement n° 6 ne suit pas") for text in red)
    assert "ROMPU" in red and "vérifié" not in red
    assert b"WinAnsiEncoding" in (tmp_path / "out.pdf").read_bytes()


def test_on_paper_a_contradiction_is_red(tmp_path: Path):
    path = _keep(tmp_path, _records())
    _contradict(path)
    texts = _pdf_texts(path, tmp_path / "out.pdf", 3)
    red = [text for text, is_red in texts if is_red]
    assert {"CONTREDIT", "AUTRE VERSION", "1 numéro en plusieurs versions"} <= set(red)
    assert any(text.startswith("CONTRADICTION : le contrôleur a transmis le n° 6") for text in red)


def test_each_page_has_its_number_and_the_head_of_the_table(tmp_path: Path):
    story = tuple(("2026-07-02T10:00:00", "purged", 100, "") for _ in range(130))
    plain = [text for text, _ in _pdf_texts(_keep(tmp_path, _records(story)), tmp_path / "out.pdf", 0)]
    feet = [text for text in plain if " - page " in text]
    assert feet == [f"Fichier sanitaire - canopy-1 - page {number} / 3" for number in (1, 2, 3)]
    assert plain.count("Opération") == 3
    assert plain.count("Purge effectuée") == 130
    assert (tmp_path / "out.pdf").read_bytes().count(b"/MediaBox [ 0 0 595.27") == 3  # A4


def _em_widths(weight: str) -> Callable[[str], float]:
    """How wide a text is in the document's own font, in thousandths of its size."""
    from matplotlib._afm import AFM
    from matplotlib.font_manager import FontProperties, findfont

    with open(findfont(FontProperties(family="Helvetica", weight=weight), fontext="afm"), "rb") as file:
        font = AFM(file)
    return lambda text: font.get_str_bbox_and_descent(text)[2]


def _span_mm(
    place: tuple[float, str, str], size_pt: float, em_width: Callable[[str], float]
) -> tuple[float, float]:
    x_mm, side, text = place
    width_mm = em_width(text) / 1000 * size_pt / 72 * 25.4
    return (x_mm, x_mm + width_mm) if side == "left" else (x_mm - width_mm, x_mm)


def test_the_cells_of_a_row_do_not_touch(tmp_path: Path):
    """Measured in the document's own font, for all that a row can hold but an author of many capitals."""
    from corolle_tools.sanitary import pdf_file

    story = tuple(("2026-07-02T10:00:00", word, 65535, "prefecture31") for word in words(SANITARY))
    path = _keep(tmp_path, _records(story))
    _contradict(path, value=65535)
    dossier = Dossier.make(*read(path, "canopy-1"), datetime(2026, 7, 1).date(), datetime(2026, 7, 31).date())
    fonts = {weight: _em_widths(weight) for weight in ("normal", "bold")}
    for line in pdf_file._table(dossier):
        font = fonts["bold" if line.is_bold else "normal"]
        spans = [_span_mm(place, line.size_pt, font) for place in line.texts if place[2]]
        gaps_mm = [right[0] - left[1] for left, right in pairwise(spans)]
        assert all(gap_mm > 0.5 for gap_mm in gaps_mm), (line.texts, gaps_mm)
        assert spans[0][0] > 5 and spans[-1][1] < 205


def test_errors_name_the_culprit(tmp_path: Path):
    path = _keep(tmp_path, _records())
    out = str(tmp_path / "out.csv")
    other = tmp_path / "notes.txt"
    other.write_text("no database at all, and long enough to have a header of its own" * 20)
    sqlite3.connect(tmp_path / "foreign.sqlite").execute("CREATE TABLE cats (name)").connection.close()

    def told(*arguments: str, unit: str = "canopy-1", first: str = "2026-07-01") -> str:
        command = ["sanitary", "export", unit, "--from", first, "--to", "2026-07-31", *arguments]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 2
        return result.output

    assert "no unit 'canopy-9'" in (said := told("--csv", out, "--db", str(path), unit="canopy-9"))
    assert "there are canopy-1" in said
    assert "'2026-07-32'" in told("--csv", out, "--db", str(path), first="2026-07-32")
    assert "--to 2026-07-31 lies before --from 2026-08-01" in told(
        "--csv", out, "--db", str(path), first="2026-08-01"
    )
    assert f"{other}: not the database of a gateway" in told("--csv", out, "--db", str(other))
    assert "foreign.sqlite: not the database of a gateway" in told(
        "--csv", out, "--db", str(tmp_path / "foreign.sqlite")
    )
    assert "absent.sqlite: no such file" in told("--csv", out, "--db", str(tmp_path / "absent.sqlite"))
    assert "give either --pdf FILE or --csv FILE" in told("--db", str(path))
    assert "give either --db FILE or --state DIR" in told("--csv", out)
    assert "nowhere" in told("--csv", str(tmp_path / "nowhere" / "out.csv"), "--db", str(path))


def test_a_street_s_folder_will_do_and_nothing_is_left_in_it(tmp_path: Path):
    folder = tmp_path / "gateway"
    folder.mkdir()
    path = _keep(folder, _records())
    before = path.read_bytes(), sorted(folder.iterdir())
    out = tmp_path / "out.pdf"
    command = ["sanitary", "export", "canopy-1", "--from", "2026-07-01", "--to", "2026-07-31"]
    result = CliRunner().invoke(app, [*command, "--state", str(tmp_path), "--pdf", str(out)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"{out}: 10 operations of canopy-1")
    assert (path.read_bytes(), sorted(folder.iterdir())) == before


def test_it_reads_beside_a_gateway_that_writes(tmp_path: Path):
    path = _keep(tmp_path, _records()[:4])
    gateway = database.connect(tmp_path)
    sanitary.put(gateway, SanitaryEntry("canopy-1", _UNIT.dev_eui, 1.0, unpack(_records()[4])))
    assert len(_table(_sheet(path, 0))) == 1 + 4
    gateway.close()
