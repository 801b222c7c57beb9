"""Entities against the published models: published_models.json is what pysmartdatamodels lists of them.

That package pulls in libraries under the GPL, so it is none of ours. Where SMART_DATA_MODELS names the folder
of its unpacked wheel, the extract is held against it.
"""

import gzip
import json
import os
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from corolle.wire import words
from corolle_gateway.model import Unit
from corolle_gateway.northbound.smart_data_models import OURS, entity

_PUBLISHED = json.loads((Path(__file__).parent / "published_models.json").read_text())
_TYPES = {"string": str, "number": (int, float), "array": list, "object": dict}
_WHEEL = os.environ.get("SMART_DATA_MODELS")


def _unit(kind: str) -> Unit:
    return Unit(f"{kind}-1", kind, "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")


def _lamps() -> list[dict[str, Any]]:
    """Reports of a lamp in every state that its entity tells apart."""
    faults = [[], *([name] for name in words.LAMP_FAULTS.split("|"))]
    cases = product((0, 10, 100), ("boot", "schedule"), (None, 4.2), faults)
    return [
        {"level_pct": level, "reason": reason, "power_w": power, "faults": list(names), "passages": 7}
        | {"time": "2026-07-14T19:40:03.120Z"}
        for level, reason, power, names in cases
    ]


def _canopies() -> list[dict[str, Any]]:
    probes = [(None, None, None), (20.0, None, 30.5), (0, 0, 0), (100.0, 100.0, 100.0)]
    return [
        {"valve_open": is_open, "reason": "dry soil", "faults": ["tilt"], "time": "2026-07-14T19:40:03.120Z"}
        | {f"soil{n + 1}_vwc_pct": value for n, value in enumerate(values)}
        for values, is_open in product(probes, (True, False))
    ]


def _entities() -> list[dict[str, Any]]:
    reports = {"lamp": [None, *_lamps()], "canopy": [None, *_canopies()]}
    return [entity(_unit(kind), report) for kind, several in reports.items() for report in several]


def _is_of(value: Any, published: dict[str, Any]) -> bool:
    right: bool = isinstance(value, _TYPES[published["type"]]) and not isinstance(value, bool)
    if published.get("format") == "date-time":
        right = right and datetime.fromisoformat(str(value)).tzinfo is not None
    return right and value in published.get("enum", [value])


def test_every_property_is_published_and_of_its_type():
    seen: set[str] = set()
    for body in json.loads(json.dumps(_entities())):
        published = _PUBLISHED[body["type"]]["properties"]
        assert body.pop("@context")
        for name, value in body.items():
            assert name in OURS or _is_of(value, published[name]), (name, value)
            seen.add(name)
    assert {"status", "powerState", "illuminanceLevel", "powerConsumption", "soilMoistureVwc", *OURS} <= seen


def test_our_own_names_are_nobody_else_s():
    assert not [name for name in OURS if any(name in _PUBLISHED[kind]["properties"] for kind in _kinds())]


def _kinds() -> list[str]:
    return [kind for kind in _PUBLISHED if kind != "from"]


def test_what_a_model_requires_is_there_and_its_ranges_are_kept():
    for body in _entities():
        missing = set(_PUBLISHED[body["type"]]["required"]) - body.keys()
        is_heard_of = "reason" in body
        assert missing == (set() if is_heard_of or body["type"] != "Streetlight" else {"status"})
        assert 0 <= body.get("illuminanceLevel", 0) <= 1 and 0 <= body.get("soilMoistureVwc", 0) <= 1
        assert body["location"] == {"type": "Point", "coordinates": [1.44, 43.6]}  # GeoJSON: longitude first
        assert body["id"].startswith(f"urn:ngsi-ld:{body['type']}:")


def test_the_versions_are_those_that_the_code_names():
    told = (Path(__file__).parents[3] / "gateway/corolle_gateway/northbound/smart_data_models.py").read_text()
    for kind in _kinds():
        assert f"{kind} {_PUBLISHED[kind]['version']}" in told


@pytest.mark.skipif(_WHEEL is None, reason="SMART_DATA_MODELS names no unpacked wheel of pysmartdatamodels")
def test_the_extract_is_what_the_package_lists():
    assets = Path(_WHEEL or "") / "pysmartdatamodels/model-assets"
    with gzip.open(assets / "smartdatamodels.json.gz") as file:
        rows = json.load(file)
    models = {
        each["dataModel"]: each for each in json.loads((assets / "datamodels_metadata.json").read_text())
    }
    for kind in _kinds():
        named = {row["property"]: row for row in rows if row["dataModel"] == kind and "parentId" not in row}
        for name, said in _PUBLISHED[kind]["properties"].items():
            assert said["type"] == named[name]["type"] or name == "type"
        parts_of_a_place = {"bbox", "coordinates"}
        assert named.keys() - parts_of_a_place == _PUBLISHED[kind]["properties"].keys()
        model = models[kind]
        assert (model["version"], model["required"]) == (
            _PUBLISHED[kind]["version"],
            _PUBLISHED[kind]["required"],
        )
