"""Every key of the configuration is told of in the example, and told of with its range when it is wrong."""

import re
import tomllib
from pathlib import Path

import pytest
from corolle_gateway import config
from corolle_gateway.config_keys import SECTIONS, Key
from corolle_gateway.errors import ConfigError

_EXAMPLE = (Path(__file__).parents[3] / "gateway" / "corolle-gateway.example.toml").read_text()
_KEYS = [(section, name) for section, keys in SECTIONS.items() for name in keys]
_NEVER_LEGAL = "1979-05-27"  # a date: no key takes one


def _section(name: str) -> str:
    """What the example says of a section; one that may be left out stands behind a "#"."""
    found = re.search(rf"^(?:# )?\[{name}\].*\n((?:.*\S.*\n)*)", _EXAMPLE, re.MULTILINE)
    assert found, f"[{name}] is not in the example"
    return found[1]


def _shown(section: str, name: str) -> str | None:
    """The value the example shows for a key, as TOML."""
    found = re.search(rf"^(?:# )?{name} = (.*?)(?:\s+# .*)?$", _section(section), re.MULTILINE)
    return found[1] if found else None


def _smallest(section: str, name: str, value: str) -> str:
    """A configuration that is right but for one key."""
    lines = {"gateway": {"site": '"q"', "name": '"n"', "data_dir": '"d"'}}
    lines |= {"units": {"file": '"u"'}, "broker": {"url": '"mqtt://broker.example"'}}
    if section == "chirpstack":
        lines["chirpstack"] = {
            "url": '"mqtt://x"',
            "applications": '["17c82e96-be03-4f38-aef3-f83d48582d97"]',
        }
    lines.setdefault(section, {})[name] = value
    return "".join(
        f"[{each}]\n" + "".join(f"{key} = {given}\n" for key, given in table.items())
        for each, table in lines.items()
    )


@pytest.mark.parametrize(("section", "name"), _KEYS)
def test_every_key_stands_in_the_example(section: str, name: str):
    told_elsewhere = re.search(
        rf"^# [\w, ]*\b{name}\b[\w, ]*: as in \[broker\]$", _section(section), re.MULTILINE
    )
    assert _shown(section, name) or told_elsewhere


@pytest.mark.parametrize(("section", "name"), _KEYS)
def test_a_wrong_value_is_told_with_the_key_and_what_is_legal(section: str, name: str, tmp_path: Path):
    path = tmp_path / "gateway.toml"
    path.write_text(_smallest(section, name, _NEVER_LEGAL))
    with pytest.raises(ConfigError) as raised:
        config.load(path)
    key = SECTIONS[section][name]
    assert str(raised.value).startswith(f"{path}: {section}.{name} ")
    assert str(raised.value).endswith(f" is wrong: must be {key.legal}") and len(key.legal) > 5


def _defaults() -> list[tuple[str, str, Key]]:
    return [
        (section, name, SECTIONS[section][name])
        for section, name in _KEYS
        if isinstance(SECTIONS[section][name].default, str | int | float | list | tuple | bool)
    ]


@pytest.mark.parametrize(("section", "name", "key"), _defaults(), ids=lambda each: str(each)[:20])
def test_the_example_shows_what_a_key_is_when_it_is_left_out(
    section: str, name: str, key: Key, tmp_path: Path
):
    shown = _shown(section, name) or _shown("broker", name)  # ChirpStack's are as the broker's
    assert shown is not None
    given = tomllib.loads(f"{name} = {shown}")[name]
    assert key.read(given, tmp_path) == key.read(key.default, tmp_path)
