"""Units' identities and keys, and the files they are kept in."""

import json
import stat
from pathlib import Path
from random import Random

import pytest
from corolle_gateway import units_file
from corolle_hil.world.place import lay_out
from corolle_tools.identity import Identity
from corolle_tools.street.folder import FolderBusy, StreetFolder
from corolle_tools.street.plan import furnish


@pytest.fixture
def folder(tmp_path: Path) -> StreetFolder:
    return StreetFolder(tmp_path / "state")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_two_units_never_share_a_key_or_an_eui():
    units = [Identity.make(f"lamp-{number}", "lamp", "toulouse", 43.6, 1.4) for number in range(100)]
    assert len({unit.app_key for unit in units}) == len({unit.dev_eui for unit in units}) == 100


def test_an_eui_is_locally_administered_and_of_one_device():
    first_octet = int(Identity.make("lamp-1", "lamp", "toulouse", 43.6, 1.4).dev_eui[:2], 16)
    assert first_octet & 0b11 == 0b10


def test_the_key_shows_neither_in_a_repr_nor_on_the_node_s_unit_file():
    unit = Identity.make("lamp-1", "lamp", "toulouse", 43.6, 1.4)
    assert unit.app_key not in repr(unit)
    assert unit.app_key not in json.dumps(unit.unit_json())


def test_the_lamps_of_a_street_share_a_key_of_their_own_and_canopies_have_none(folder: StreetFolder):
    place = lay_out(3, 1, 1, Random(1))
    folder.keep_units(furnish(place, []))
    units = furnish(lay_out(5, 1, 1, Random(1)), folder.known_units())
    keys = {unit.group_key for unit in units if unit.kind == "lamp"}
    assert len(keys) == 1 and len(min(keys)) == 32
    assert units[0].keys_json() == {"app_key": units[0].app_key, "group_key": min(keys)}
    assert units[-1].keys_json() == {"app_key": units[-1].app_key}
    assert min(keys) not in repr(units) + json.dumps(units[0].unit_json())


def test_units_and_keys_are_kept_from_run_to_run_for_their_owner_only(folder: StreetFolder):
    place = lay_out(2, 1, 1, Random(1))
    first = furnish(place, folder.known_units())
    folder.keep_units(first)
    assert furnish(place, folder.known_units()) == first
    assert _mode(folder.units) == 0o600
    assert _mode(folder.path) == 0o700


def test_a_smaller_street_forgets_no_unit_of_a_larger_one(folder: StreetFolder):
    large = furnish(lay_out(3, 0, 1, Random(1)), [])
    folder.keep_units(large)
    folder.keep_units(furnish(lay_out(1, 0, 1, Random(1)), folder.known_units()))
    assert folder.known_units() == large


def test_the_gateway_reads_the_units_file(folder: StreetFolder):
    units = furnish(lay_out(1, 1, 1, Random(1)), [])
    folder.keep_units(units)
    registered = units_file.load(folder.units)
    assert [(each.unit.name, each.unit.radio_class, each.app_key.hex()) for each in registered] == [
        (unit.name, unit.lorawan_class, unit.app_key) for unit in units
    ]
    assert [unit.lorawan_class for unit in units] == ["C", "A"]


@pytest.mark.parametrize("content", ["", "{}", '{"units": [{"name": "lamp-1"}]}', '{"units": 3}'])
def test_a_garbled_units_file_is_named(folder: StreetFolder, content: str):
    folder.units.write_text(content)
    with pytest.raises(ValueError, match=r"units\.json: not a list of units"):
        folder.known_units()


def test_a_folder_serves_one_street_at_a_time(folder: StreetFolder):
    with pytest.raises(FolderBusy, match="another street runs here"):
        StreetFolder(folder.path)
    folder.close()
    StreetFolder(folder.path).close()
