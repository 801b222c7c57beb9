"""Lists in and out: what goes out comes in again, but for the keys; what is wrong is named by its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from corolle_tools.identity import Identity
from corolle_tools.provision import csv_list, geojson_list, lists
from corolle_tools.provision.units import Units
from hypothesis import given, settings
from hypothesis import strategies as st
from laptop import Laptop

_HEAD = "name,kind,site,board,lat_deg,lon_deg,class,groups,dev_eui,join_eui,revoked"
_GOOD = "lamp-01,lamp,quai,lamp-s3,43.5999,1.4436,C,banks east,02C0FFEE00000001,0000000000000000,no"
_NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True).filter(
    lambda name: name not in ("lamp", "canopy", "quai", "pont")
)
_EUIS = st.binary(min_size=8, max_size=8).map(bytes.hex)
_BOARDS = {"lamp": ("", "lamp-s3", "virtual"), "canopy": ("", "canopy-s3")}


@st.composite
def _units(draw: st.DrawFn) -> Units:
    names = draw(st.lists(_NAMES, max_size=5, unique=True))
    euis = draw(st.lists(_EUIS, min_size=len(names), max_size=len(names), unique=True))
    return {name: _unit(draw, name, eui) for name, eui in zip(names, euis, strict=True)}


def _unit(draw: st.DrawFn, name: str, dev_eui: str) -> Identity:
    kind = draw(st.sampled_from(("lamp", "canopy")))
    return Identity(
        name,
        kind,
        draw(st.sampled_from(("quai", "pont"))),
        draw(st.floats(-90, 90)),
        draw(st.floats(-180, 180)),
        dev_eui,
        "",
        draw(_EUIS),
        board=draw(st.sampled_from(_BOARDS[kind])),
        groups=tuple(draw(st.lists(st.sampled_from(("banks", "east")), unique=True))),
        radio_class=draw(st.sampled_from(("", "A" if kind == "lamp" else "C"))),
        revoked=draw(st.booleans()),
    )


def _without_keys(units: Units) -> list[dict[str, Any]]:
    return [vars(unit) | {"app_key": "", "group_key": ""} for unit in units.values()]


@settings(max_examples=25, deadline=None)
@given(units=_units(), suffix=st.sampled_from((".csv", ".geojson")))
def test_what_goes_out_comes_in_again_and_only_keys_stay_behind(
    units: Units, suffix: str, tmp_path_factory: Any
):
    path = tmp_path_factory.getbasetemp() / f"list{suffix}"
    lists.write(units, path)
    taken: Units = {}
    lists.take(taken, path)
    assert _without_keys(taken) == _without_keys(units)
    assert all(len(unit.app_key) == 32 for unit in taken.values())
    again = dict(taken)
    assert lists.take(again, path).same == len(units)
    assert again == taken


def _import(laptop: Laptop, name: str, text: str) -> Any:
    path = laptop.folder / name
    path.write_text(text, encoding="utf-8")
    return laptop("units", "import", path)


def test_a_street_is_exported_without_its_keys(laptop: Laptop):
    laptop.lamp("lamp-01")
    for name in ("street.csv", "street.geojson"):
        assert laptop("units", "export", laptop.folder / name).status == 0
        told = (laptop.folder / name).read_text()
        made = laptop.known()["lamp-01"]
        assert made.dev_eui in told and made.app_key not in told and made.group_key not in told


def test_an_import_makes_keys_for_new_units_and_leaves_those_of_known_ones(laptop: Laptop):
    known = laptop.lamp("lamp-02")
    text = f"{_HEAD}\n{_GOOD}\nlamp-02,lamp,quai,,43.7,1.5,,,,,\n"
    ended = _import(laptop, "street.csv", text)
    assert ended.status == 0 and "1 new, 1 changed, 0 as before" in ended.out
    new, changed = laptop.known()["lamp-01"], laptop.known()["lamp-02"]
    assert new.dev_eui == "02c0ffee00000001" and new.groups == ("banks", "east")
    assert len(new.app_key) == 32 and new.group_key == known.group_key
    assert (changed.app_key, changed.dev_eui, changed.lat_deg) == (known.app_key, known.dev_eui, 43.7)


def test_a_french_spreadsheet_s_list_is_read(laptop: Laptop):
    text = "\ufeffname;kind;site;lat_deg;lon_deg\r\nlampe-1;lamp;quai;43,5999;1,4436\r\n;;;;\r\n"
    assert _import(laptop, "rue.csv", text).status == 0
    assert laptop.known()["lampe-1"].lat_deg == 43.5999


_BAD_CSV = {
    "lat_deg above": (
        f"{_HEAD}\n{_GOOD.replace('43.5999', '95')}",
        "line 2, column 5 (lat_deg): '95': must be from -90 to 90",
    ),
    "lon_deg nan": (
        f"{_HEAD}\n{_GOOD.replace('1.4436', 'nan')}",
        "column 6 (lon_deg): 'nan': must be from -180 to 180",
    ),
    "kind": (
        f"{_HEAD}\n{_GOOD.replace(',lamp,', ',tree,')}",
        "column 2 (kind): 'tree': must be lamp or canopy",
    ),
    "name": (
        f"{_HEAD}\n{_GOOD.replace('lamp-01', 'lamp 01')}",
        "column 1 (name): 'lamp 01': must be 1 to 64",
    ),
    "no site": (f"{_HEAD}\n{_GOOD.replace('quai', '')}", "column 3 (site): is missing"),
    "board": (
        f"{_HEAD}\n{_GOOD.replace('lamp-s3', 'lamp-s4')}",
        "column 4 (board): 'lamp-s4': must be a board",
    ),
    "other board": (
        f"{_HEAD}\n{_GOOD.replace('lamp-s3', 'canopy-s3')}",
        "'canopy-s3' is for a canopy, not for a lamp",
    ),
    "class": (f"{_HEAD}\n{_GOOD.replace(',C,', ',B,')}", "column 7 (class): 'B': must be A or C"),
    "group": (f"{_HEAD}\n{_GOOD.replace('banks', 'b%nks')}", "column 8 (groups): 'b%nks east'"),
    "dev_eui": (
        f"{_HEAD}\n{_GOOD.replace('02C0FFEE', '02C0')}",
        "column 9 (dev_eui): '02C000000001': must be 16 hex",
    ),
    "revoked": (
        f"{_HEAD}\n{_GOOD.replace(',no', ',maybe')}",
        "column 11 (revoked): 'maybe': must be yes or no",
    ),
    "a short row": (f"{_HEAD}\nlamp-01,lamp", "line 2: 2 columns: must be 11"),
    "an unknown column": (
        f"{_HEAD},height\n{_GOOD},8",
        "line 1, column 12: 'height': must be one of name, kind",
    ),
    "a key": (f"{_HEAD},app_key\n{_GOOD},00", "'app_key': keys do not travel in lists"),
    "a column twice": (f"{_HEAD},kind\n{_GOOD},lamp", "line 1, column 12: 'kind' stands there twice"),
    "no column": ("name,kind\nlamp-01,lamp", "line 1: no column 'site'"),
    "nothing": ("", "line 1: no column 'name'"),
    "a name twice": (
        f"{_HEAD}\n{_GOOD}\n{_GOOD.replace('01,000', '02,000')}",
        "line 3, column 1 (name): 'lamp-01' stands in line 2",
    ),
    "an EUI twice": (
        f"{_HEAD}\n{_GOOD}\n{_GOOD.replace('lamp-01', 'lamp-02')}",
        "line 3, column 9 (dev_eui)",
    ),
    "a quote": (f'{_HEAD}\n"{_GOOD}', "line 2: unexpected end of data"),
    "a site of a unit's name": (f"{_HEAD}\n{_GOOD.replace('quai', 'lamp-01')}", "a site has the same name"),
    "of another": (f"{_HEAD}\n{_GOOD.replace('02C0FFEE00000001', 'OTHER')}", "belongs to lamp-09"),
    "another EUI": (
        f"{_HEAD}\n{_GOOD.replace('lamp-01', 'lamp-09')}",
        "is not what lamp-09 has: `corolle units replace`",
    ),
    "another kind": (
        "name,kind,site,lat_deg,lon_deg\nlamp-09,canopy,quai,1,2",
        "another kind of unit needs a name",
    ),
}


@pytest.mark.parametrize("case", _BAD_CSV)
def test_a_bad_row_is_named_and_nothing_is_imported(laptop: Laptop, case: str):
    known = laptop.lamp("lamp-09")
    before = laptop.units.read_text()
    text, why = _BAD_CSV[case]
    ended = _import(laptop, "street.csv", text.replace("OTHER", known.dev_eui))
    assert ended.status == 2 and why in ended.err
    assert laptop.units.read_text() == before


def test_all_that_is_wrong_is_told_at_once(laptop: Laptop):
    rows = [_GOOD.replace("lamp-01", f"lamp-{number}").replace("43.5999", "95") for number in range(30)]
    ended = _import(laptop, "street.csv", "\n".join([_HEAD, *rows]))
    assert ended.err.count("must be from -90 to 90") == 20 - ended.err.count("stands in line 2 already")
    assert "more" in ended.err and ended.err.endswith("nothing was imported\n")
    assert not laptop.units.exists()


def _collection(**changed: Any) -> dict[str, Any]:
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [1.4436, 43.5999]},
        "properties": {"name": "lamp-01", "kind": "lamp", "site": "quai"},
    }
    return {"type": "FeatureCollection", "features": [feature | changed]}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([], "must be a FeatureCollection"),
        ({"type": "FeatureCollection", "features": {}}, "must be a FeatureCollection"),
        ({"type": "FeatureCollection", "features": [3]}, "feature 1: must be a Feature"),
        (_collection(geometry=None), "feature 1, geometry: must be a Point"),
        (_collection(geometry={"type": "Point", "coordinates": [1]}), "feature 1, geometry: must be a Point"),
        (
            _collection(geometry={"type": "Point", "coordinates": [1, 95]}),
            "feature 1, geometry.coordinates[1] (lat_deg): '95'",
        ),
        (
            _collection(geometry={"type": "Point", "coordinates": [True, 1]}),
            "geometry.coordinates[0] (lon_deg): 'yes'",
        ),
        (_collection(geometry={"type": "Point", "coordinates": [[1], {}]}), "(lat_deg): '{}': must be"),
        (
            _collection(properties={"name": "l", "kind": "lamp", "site": "q", "app_key": "0"}),
            "properties.app_key: keys do not",
        ),
        (
            _collection(properties={"name": "l", "kind": "lamp", "site": "q", "lat_deg": 1}),
            "stands in geometry",
        ),
        (
            _collection(properties={"name": "l", "kind": 3, "site": "q"}),
            "properties.kind: '3': must be lamp or canopy",
        ),
    ],
)
def test_geojson_that_is_none_of_ours_is_refused(laptop: Laptop, told: Any, why: str):
    ended = _import(laptop, "street.geojson", json.dumps(told))
    assert ended.status == 2 and why in ended.err and not laptop.units.exists()


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"type": NaN'])
def test_what_is_no_json_is_refused(laptop: Laptop, text: str):
    assert _import(laptop, "street.geojson", text).status == 2


def test_a_point_is_longitude_first_and_may_have_a_height(laptop: Laptop):
    told = _collection(geometry={"type": "Point", "coordinates": [1.4436, 43.5999, 141.0]})
    assert _import(laptop, "street.geojson", json.dumps(told)).status == 0
    made = laptop.known()["lamp-01"]
    assert (made.lat_deg, made.lon_deg) == (43.5999, 1.4436)
    assert json.loads(geojson_list.write({"lamp-01": made}))["features"][0]["geometry"]["coordinates"] == [
        1.4436,
        43.5999,
    ]


def test_other_files_are_not_guessed_at(laptop: Laptop, tmp_path: Path):
    ended = _import(laptop, "street.xlsx", "")
    assert ended.status == 2 and "must end in one of .csv, .geojson, .json" in ended.err
    assert csv_list.write({}).startswith("name,kind,site")
