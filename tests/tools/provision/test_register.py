"""Units in a street's register: keys made once, shared where they are to be, ended where a board is."""

import stat
import threading
from pathlib import Path

import pytest
from corolle_gateway import units_file
from corolle_tools.identity import Identity
from corolle_tools.private_file import write_private
from corolle_tools.provision import units
from corolle_tools.provision.register import Wanted, provision
from laptop import Laptop


def test_a_new_unit_has_keys_of_its_own_and_the_gateway_reads_it(laptop: Laptop):
    ended = laptop("provision", "lamp-01", "--board", "lamp-s3", "--site", "quai", "--at", "43.6,1.44")
    assert ended.status == 0 and "new keys" in ended.out
    (registered,) = units_file.load(laptop.units)
    made = laptop.known()["lamp-01"]
    assert (made.kind, made.board, made.lat_deg, made.lon_deg) == ("lamp", "lamp-s3", 43.6, 1.44)
    assert registered.app_key.hex() == made.app_key and len(made.app_key) == len(made.group_key) == 32
    assert registered.unit.radio_class == "C"
    assert stat.S_IMODE(laptop.units.stat().st_mode) == 0o600


def test_a_unit_that_is_known_keeps_its_keys_and_takes_what_is_said(laptop: Laptop):
    before = laptop.lamp("lamp-01")
    ended = laptop("provision", "lamp-01", "--at", "43.7,1.45", "--groups", "banks east")
    after = laptop.known()["lamp-01"]
    assert "its keys are kept" in ended.out and after.groups == ("banks", "east") and after.lat_deg == 43.7
    assert (after.dev_eui, after.app_key, after.group_key) == (
        before.dev_eui,
        before.app_key,
        before.group_key,
    )


def test_lamps_of_a_site_share_a_key_and_nobody_else_has_it(laptop: Laptop):
    first, second = laptop.lamp("lamp-01"), laptop.lamp("lamp-02")
    other = laptop.lamp("lamp-03", "--site", "pont")
    laptop("provision", "canopy-01", "--board", "canopy-s3", "--site", "quai", "--at", "43.6,1.4")
    assert first.group_key == second.group_key != other.group_key
    assert laptop.known()["canopy-01"].group_key == ""


def test_the_board_s_files_are_private_and_hold_what_a_node_reads(laptop: Laptop):
    node = laptop.folder / "node"
    made = laptop.lamp("lamp-01", "--node", str(node))
    assert (node / "keys.json").stat().st_mode & 0o777 == 0o600
    assert made.app_key in (node / "keys.json").read_text()
    assert made.app_key not in (node / "unit.json").read_text()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "lamp-09 is new: say --board, --site, --at as well"),
        (("--kind", "lamp"), "lamp-09 is new: say --site, --at as well"),
        (("--board", "lamp-s4"), "no board 'lamp-s4': there are"),
        (
            ("--kind", "canopy", "--board", "lamp-s3", "--site", "q", "--at", "1,2"),
            "board lamp-s3 is for a lamp",
        ),
        (("--kind", "tree", "--site", "q", "--at", "1,2"), "kind is wrong: must be one of lamp, canopy"),
        (("--kind", "lamp", "--site", "q", "--at", "91,2"), "lat_deg is wrong: must be from -90 to 90"),
        (("--kind", "lamp", "--site", "q", "--at", "north"), "--at 'north': must be latitude,longitude"),
        (("--kind", "lamp", "--site", "lamp-09", "--at", "1,2"), "a site has the same name"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(laptop: Laptop, words: tuple[str, ...], why: str):
    laptop.lamp("lamp-01")
    before = laptop.units.read_text()
    ended = laptop("provision", "lamp-09", *words)
    assert ended.status == 2 and why in ended.err
    assert laptop.units.read_text() == before


def test_a_file_that_others_may_read_is_not_used(laptop: Laptop):
    laptop.lamp("lamp-01")
    laptop.units.chmod(0o644)
    ended = laptop("provision", "lamp-02", "--kind", "lamp", "--site", "quai", "--at", "1,2")
    assert ended.status == 2 and "chmod 600" in ended.err


def test_those_who_provision_at_once_lose_no_unit(laptop: Laptop):
    def enter(number: int) -> None:
        with units.changing(laptop.units) as known:
            provision(known, Wanted(f"lamp-{number:02}", "lamp", "quai", 43.6, 1.4))

    tray = [threading.Thread(target=enter, args=(number,)) for number in range(16)]
    for each in tray:
        each.start()
    for each in tray:
        each.join()
    known = laptop.known().values()
    assert len(known) == 16 and len({unit.group_key for unit in known}) == 1


def test_another_board_has_name_place_and_its_neighbours_key_and_nothing_else_of_the_old_one(laptop: Laptop):
    before, neighbour = laptop.lamp("lamp-01"), laptop.lamp("lamp-02")
    assert laptop("units", "replace", "lamp-01", "--board", "lamp-esp32").status == 0
    after = laptop.known()["lamp-01"]
    assert after.dev_eui != before.dev_eui and after.app_key != before.app_key
    assert (after.lat_deg, after.site, after.board) == (before.lat_deg, before.site, "lamp-esp32")
    assert after.group_key == neighbour.group_key
    assert "canopy-s3 is for a canopy" in laptop("units", "replace", "lamp-01", "--board", "canopy-s3").err
    assert "no unit 'lamp-3' among its 2" in laptop("units", "replace", "lamp-3").err


def test_a_lost_lamp_is_revoked_and_comes_back_with_another_board_alone(laptop: Laptop):
    lost, other = laptop.lamp("lamp-01"), laptop.lamp("lamp-02")
    ended = laptop("units", "revoke", "lamp-01")
    assert "--new-group-key" in ended.out
    assert [each.unit.revoked for each in units_file.load(laptop.units)] == [True, False]
    assert laptop.known()["lamp-02"] == other
    assert "lamp-01 is revoked" in laptop("provision", "lamp-01").err
    assert laptop("units", "replace", "lamp-01").status == 0
    back = laptop.known()["lamp-01"]
    assert not back.revoked and back.app_key != lost.app_key


def test_the_group_key_that_a_lost_lamp_knew_can_be_changed(laptop: Laptop):
    lost = laptop.lamp("lamp-01")
    laptop.lamp("lamp-02")
    laptop.lamp("lamp-03")
    ended = laptop("units", "revoke", "lamp-01", "--new-group-key")
    assert "lamp-02, lamp-03" in ended.out
    keys = {laptop.known()[name].group_key for name in ("lamp-02", "lamp-03")}
    assert len(keys) == 1 and lost.group_key not in keys
    assert laptop.lamp("lamp-04").group_key in keys
    laptop("units", "replace", "lamp-01")
    assert laptop.known()["lamp-01"].group_key in keys


def test_a_file_is_read_as_it_was_written(tmp_path: Path):
    unit = Identity(
        "u", "lamp", "quai", 1.5, 2.5, "02" * 8, "ab" * 16, "00" * 8, "", "lamp-s3", ("g",), "A", True
    )
    write_private(tmp_path / "units.json", units.as_file({"u": unit}))
    assert units.load(tmp_path / "units.json") == {"u": unit}


def test_a_folder_that_is_not_there_is_named_and_nothing_of_ours_in_it(laptop: Laptop):
    laptop.units = laptop.folder / "missing" / "units.json"
    ended = laptop("provision", "lamp-01", "--board", "lamp-s3", "--site", "quai", "--at", "43.6,1.44")
    assert (ended.status, ended.err) == (2, f"{laptop.units}: No such file or directory\n")
