"""Who may import whom, held against the imports of the whole tree; and the limits that keep it readable."""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from source_tree import ROOT, contents, files, module_name

_OURS = ("corolle", "corolle_gateway", "corolle_hil", "corolle_tools")

# What each part of the firmware may know of the rest, besides itself.
_PEERS = {"corolle.drivers", "corolle.control", "corolle.radio", "corolle.system"}
_FIRMWARE_RULES = {
    "corolle.wire": set[str](),
    **{peer: {"corolle.wire"} for peer in _PEERS},
    "corolle.units": {"corolle.wire", *_PEERS},
    "corolle.node": {"corolle.wire", *_PEERS, "corolle.units"},
}

# What each layer of the gateway may know, besides the ground all stand on (model, clock, configuration ...).
_GATEWAY_RULES = {
    None: set[str](),
    "store": {"store"},
    "links": {"links"},
    "northbound": {"northbound"},
    "hub": {"hub", "store"},
    "logs": {"logs"},
    "accounting": {"store", "accounting"},
    "service": {"store", "links", "northbound", "logs", "service"},
    "console": {"console"},
    "crew": {"store", "links", "northbound", "hub", "logs", "console"},
    "app": {"accounting", "store", "links", "northbound", "hub", "logs", "service", "console", "crew", "app"},
}

# A table of settings is read by whoever offers to change one.
_SETTINGS = (
    "corolle.system.canopy_settings",
    "corolle.system.lamp_settings",
    "corolle.system.mist_settings",
    "corolle.system.settings",
)
# What each room may know of the other packages: of the firmware, the words on the air and no more.
_ROOM_RULES = {
    "firmware": ("corolle",),
    "gateway": ("corolle.wire", *_SETTINGS, "corolle_gateway"),
    "hil": ("corolle.wire", "corolle_gateway", "corolle_hil"),
    "hil/tests": ("corolle.wire", "corolle_hil", "corolle_tools"),  # simulated units are made by the tools
    "tools": ("corolle.wire", *_SETTINGS, "corolle_gateway", "corolle_hil", "corolle_tools"),
}

# Written in halves, or this file would be the first to be found.
_NEVER = re.compile("TO" r"DO|FIX" r"ME|pypi\.o" r"rg|npmjs\.o" r"rg|/wo" "rk/")


def _below(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def _room(name: str) -> list[Path]:
    return [path for path in files(".py") if path.is_relative_to(ROOT / name)]


def _strangers(paths: Iterable[Path], allowed: Iterable[str]) -> list[str]:
    """What these files import of ours without leave, as "file imports module"."""
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        for name in contents(path).imports
        if _below(name, _OURS) and name != "corolle" and not _below(name, allowed)
    ]


@pytest.mark.parametrize("part", sorted(_FIRMWARE_RULES))
def test_firmware_parts_know_only_what_they_may(part: str):
    paths = [path for path in _room("firmware") if _below(module_name(path), (part,))]
    assert paths
    assert not _strangers(paths, {part, *_FIRMWARE_RULES[part]})


@pytest.mark.parametrize("room", _ROOM_RULES)
def test_rooms_know_only_the_packages_they_may(room: str):
    inner = [ROOT / other for other in _ROOM_RULES if other.startswith(room + "/")]
    paths = [path for path in _room(room) if not any(map(path.is_relative_to, inner))]
    assert paths
    assert not _strangers(paths, _ROOM_RULES[room])


def _gateway_layer(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in _GATEWAY_RULES else None


@pytest.mark.parametrize("layer", _GATEWAY_RULES)
def test_gateway_layers_know_only_what_stands_below_them(layer: str | None):
    paths = [path for path in _room("gateway") if _gateway_layer(module_name(path)) == layer]
    assert paths
    allowed = {None, *_GATEWAY_RULES[layer]}
    known = [
        (path, name)
        for path in paths
        for name in contents(path).imports
        if _below(name, ("corolle_gateway",))
    ]
    assert not [(path.name, name) for path, name in known if _gateway_layer(name) not in allowed]


def _modules_of_an_esp32() -> set[str]:
    """The modules its stubs describe, less those the genuine interpreter lacks: these serve typing only."""
    interpreter = Path(sys.executable).parent / "micropython"
    helped = subprocess.run(
        [interpreter, "-c", "help('modules')"], capture_output=True, text=True, check=True
    )
    built_in = {word.split("/")[0] for line in helped.stdout.splitlines()[:-1] for word in line.split()}
    described = {
        file.parts[file.parts[0] == "stdlib"].removesuffix(".pyi")
        for package in ("micropython-esp32-stubs", "micropython-stdlib-stubs")
        for file in importlib.metadata.files(package) or ()
    }
    return described & (built_in | {"esp32", "bluetooth", "network", "onewire"})


def test_firmware_imports_only_what_micropython_has_on_an_esp32():
    present = _modules_of_an_esp32()
    assert {"machine", "asyncio", "cryptolib", "struct"} <= present
    assert not {"dataclasses", "typing", "pathlib", "termios"} & present
    foreign = [(path.name, name) for path in _room("firmware") for name in contents(path).imports]
    assert not [(file, name) for file, name in foreign if not _below(name, present | {"corolle"})]


def test_no_file_is_over_400_lines():
    sizes = {path: len(path.read_text().splitlines()) for path in files(".py", ".md", ".toml", ".sh")}
    assert not {path.name: lines for path, lines in sizes.items() if lines > 400}


def test_no_function_is_over_50_lines():
    functions = [(path.name, *function) for path in files(".py") for function in contents(path).functions]
    assert not [(file, name, lines) for file, name, lines in functions if lines > 50]


def test_asserts_stand_in_tests_only():
    """An optimising compiler drops them: what an assert guards is not guarded in service."""
    shipped = [path for room in _ROOM_RULES for path in _room(room) if "tests" not in path.parts]
    assert not [(path.name, line) for path in shipped for line in contents(path).asserts]


def test_the_project_speaks_of_itself_alone():
    """Nothing is left for later in a comment, and no file depends on where it was written."""
    texts = {path: path.read_text() for path in files(".py", ".md", ".toml", ".sh", ".json")}
    assert not [(path.name, found) for path, text in texts.items() for found in _NEVER.findall(text)]


def test_every_kind_of_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The rules above are worth what the reading of imports is worth."""
    monkeypatch.setattr("source_tree.ROOT", tmp_path)
    path = tmp_path / "room" / "package" / "part" / "file.py"
    path.parent.mkdir(parents=True)
    path.write_text(
        "import a.b\nfrom c import d\nfrom .e import f\nfrom .. import g\ndef h():\n    import i\n"
    )
    assert contents(path).imports == ("a.b", "c.d", "package.part.e.f", "package.g", "i")
