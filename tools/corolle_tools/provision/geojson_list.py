"""A street's list as GeoJSON (RFC 7946): a point for each unit, the rest in its properties."""

import json
from pathlib import Path
from typing import Any

from corolle_tools.provision.columns import BY_NAME, as_text, cells, why_unknown
from corolle_tools.provision.rows import Problems, Row
from corolle_tools.provision.units import Units

_PLACES = ("lon_deg", "lat_deg")  # RFC 7946, 3.1.1: longitude first
_WHERE = {name: f"properties.{name}" for name in BY_NAME} | {
    name: f"geometry.coordinates[{number}] ({name})" for number, name in enumerate(_PLACES)
}


def write(units: Units) -> str:
    """The list."""
    features = [_feature(cells(unit)) for unit in units.values()]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


def read(text: str, path: Path) -> list[Row]:
    """Its rows. ProvisionError tells all that is wrong with its shape."""
    problems = Problems(path)
    rows: list[Row] = []
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        problems.add(f"line {error.lineno}, column {error.colno}: {error.msg}")
    except RecursionError:
        problems.add("nested too deeply")
    else:
        features = told.get("features") if isinstance(told, dict) else None
        if not isinstance(features, list) or told.get("type") != "FeatureCollection":
            problems.add("must be a FeatureCollection with a list of features")
        else:
            rows = [_row(feature, number, problems) for number, feature in enumerate(features, 1)]
    problems.settle()
    return rows


def _feature(told: dict[str, Any]) -> dict[str, Any]:
    point = [told.pop(name) for name in _PLACES]
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": told}


def _row(feature: Any, number: int, problems: Problems) -> Row:
    place = f"feature {number}"
    feature = feature if isinstance(feature, dict) else {}
    properties = feature.get("properties")
    if feature.get("type") != "Feature" or not isinstance(properties, dict):
        problems.add(f"{place}: must be a Feature with properties")
        properties = {}
    for name in [name for name in properties if name not in BY_NAME or name in _PLACES]:
        why = f"stands in {_WHERE[name]}" if name in _PLACES else why_unknown(name)
        problems.add(f"{place}, properties.{name}: {why}")
    found = {name: value for name, value in properties.items() if name in BY_NAME} | _point(
        feature, place, problems
    )
    return Row(place, {name: as_text(value) for name, value in found.items() if value is not None}, _WHERE)


def _point(feature: dict[str, Any], place: str, problems: Problems) -> dict[str, Any]:
    geometry = feature.get("geometry")
    geometry = geometry if isinstance(geometry, dict) else {}
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Point" and isinstance(coordinates, list) and 2 <= len(coordinates) <= 3:
        return dict(zip(_PLACES, coordinates, strict=False))
    problems.add(f"{place}, geometry: must be a Point of longitude and latitude")
    return {}
