"""units.json: the units of a street with their keys, as provisioning wrote it."""

import re
from pathlib import Path

import msgspec
from msgspec import Struct, field

from corolle_gateway.config_keys import NAME_PATTERN, NAME_RULE
from corolle_gateway.errors import ConfigError
from corolle_gateway.model import Registration, Unit
from corolle_gateway.secrets_file import read_secret

_KINDS = ("lamp", "canopy")
_CLASSES = ("A", "C")
_EUI = re.compile(r"[0-9a-fA-F]{16}")
_KEY = re.compile(r"[0-9a-fA-F]{32}")


class _Entry(Struct):
    name: str
    kind: str
    site: str
    dev_eui: str
    join_eui: str
    app_key: str
    lat_deg: float
    lon_deg: float
    radio_class: str = field(name="class")
    groups: list[str] = field(default_factory=list)
    revoked: bool = False


class _File(Struct):
    units: list[_Entry]


def load(path: Path) -> list[Registration]:
    """Read a units file. ConfigError names the file, the unit and the legal range; it never tells a key."""
    return parse(read_secret(path), path)


def parse(text: str | bytes, path: Path) -> list[Registration]:
    """Read what stands in a units file, or is to stand in it; for the rest as load()."""
    try:
        entries = msgspec.json.decode(text, type=_File).units
    except (msgspec.DecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: {error}") from error  # msgspec tells the place, not the value
    for entry in entries:
        _check(path, entry)
    _refuse_twins(path, "name", [entry.name for entry in entries])
    _refuse_twins(path, "dev_eui", [entry.dev_eui.lower() for entry in entries])
    _refuse_ambiguous(path, entries)
    return [_registration(entry) for entry in entries]


def _check(path: Path, entry: _Entry) -> None:
    checks = (
        ("name", NAME_PATTERN.fullmatch(entry.name), NAME_RULE),
        ("kind", entry.kind in _KINDS, "one of " + ", ".join(_KINDS)),
        ("dev_eui", _EUI.fullmatch(entry.dev_eui), "16 hexadecimal digits"),
        ("join_eui", _EUI.fullmatch(entry.join_eui), "16 hexadecimal digits"),
        ("app_key", _KEY.fullmatch(entry.app_key), "32 hexadecimal digits"),
        ("lat_deg", -90 <= entry.lat_deg <= 90, "from -90 to 90"),
        ("lon_deg", -180 <= entry.lon_deg <= 180, "from -180 to 180"),
        ("class", entry.radio_class in _CLASSES, "one of " + ", ".join(_CLASSES)),
        ("groups", all(map(NAME_PATTERN.fullmatch, entry.groups)), "a list of names of " + NAME_RULE),
    )
    for name, right, legal in checks:
        if not right:
            raise ConfigError(f"{path}: unit {entry.name!r}: {name} is wrong: must be {legal}")


def _refuse_twins(path: Path, what: str, values: list[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ConfigError(f"{path}: two units have the {what} {value!r}")
        seen.add(value)


def _refuse_ambiguous(path: Path, entries: list[_Entry]) -> None:
    """Orders go to units, groups, sites and kinds by name: nobody is to order one and mean another."""
    groups = {group for entry in entries for group in entry.groups}
    several = {"group": groups, "site": {entry.site for entry in entries}, "kind": set(_KINDS)}
    for entry in entries:
        for what, names in several.items():
            if entry.name in names:
                raise ConfigError(f"{path}: unit {entry.name!r}: a {what} has the same name")
    for what in ("site", "kind"):
        for name in sorted(groups & several[what]):
            raise ConfigError(f"{path}: group {name!r}: a {what} has the same name")


def _registration(entry: _Entry) -> Registration:
    unit = Unit(
        name=entry.name,
        kind=entry.kind,
        site=entry.site,
        dev_eui=entry.dev_eui.lower(),
        join_eui=entry.join_eui.lower(),
        lat_deg=entry.lat_deg,
        lon_deg=entry.lon_deg,
        radio_class=entry.radio_class,
        groups=tuple(dict.fromkeys(entry.groups)),
        revoked=entry.revoked,
    )
    return Registration(unit, bytes.fromhex(entry.app_key))
