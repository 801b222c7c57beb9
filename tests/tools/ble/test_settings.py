"""Settings: shown with their ranges, changed, read back and compared."""

import pytest
from ble_air import Post
from ble_site import Site, objects
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.settings import rows


def test_settings_are_shown_with_range_and_meaning(site: Site):
    site.post().unit.settings.set("hold_s", 90)
    ended = site("settings", "lamp-01", "hold_s", "base_pct")
    assert ended.status == 0
    base, hold = [" ".join(line.split()) for line in ended.out.splitlines()[1:]]
    assert hold == "hold_s 90 s 60 5..900 s light stays so long after a pedestrian's last movement"
    assert base.startswith("base_pct 10 % 10 0..100 % level at night")
    assert len(site("settings", "lamp-01").out.splitlines()) == LAMP_SETTINGS.count("\n")


def test_settings_are_changed_read_back_and_compared(site: Site):
    post = site.post()
    ended = site("settings", "lamp-01", "base_pct=25", "hold_s=90")
    assert ended.status == 0, ended.err
    assert (post.unit.settings["base_pct"], post.unit.settings["hold_s"]) == (25, 90)
    assert "10 -> 25 %" in ended.out
    digest = f"{post.unit.settings.hash():08x}"
    assert f"desired {digest}, reported {digest}: agreed" in ended.out


def test_a_setting_that_is_already_so_is_not_sent(site: Site):
    post = site.post()
    asked: list[str] = []
    post.unit.on_answer = asked.append
    assert site("settings", "lamp-01", "base_pct=10").status == 0
    assert "set" not in asked


def test_settings_for_machines_end_with_the_hash(site: Site):
    post = site.post("canopy-01", kind="misting canopy")
    *settings, last = objects(site("settings", "canopy-01", "mist_on_s=30", "--json").out)
    assert settings == [
        {
            "type": "setting",
            "value": 30,
            "name": "mist_on_s",
            "default": 20,
            "lowest": 5,
            "highest": 120,
            "unit": "s",
            "meaning": "length of a burst",
        }
    ]
    assert last == {
        "type": "hash",
        "desired": post.unit.settings.hash(),
        "reported": post.unit.settings.hash(),
        "agreed": True,
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("base_pct=101",), "base_pct=101 is out of range: 0..100 %, default 10"),
        (("base_pct=25", "hold_s=2"), "hold_s=2 is out of range: 5..900 s, default 60"),
        (("base=10",), "a lamp has no setting 'base': base_pct?"),
        (("hold",), "a lamp has no setting 'hold': hold_s"),
        (("base_pct=x",), "'base_pct=x' is not NAME=VALUE with a whole number"),
    ],
)
def test_nothing_is_sent_when_one_setting_is_wrong(site: Site, words, told):
    post = site.post()
    ended = site("settings", "lamp-01", *words)
    assert (ended.status, ended.out) == (2, "") and told in ended.err
    assert not post.connections


def test_a_canopy_without_mist_is_not_set_to_mist(site: Site):
    site.post("canopy-01")
    ended = site("settings", "canopy-01", "mist_on_s=30")
    assert ended.status == 2 and "canopy-01 has no part that mist_on_s could set" in ended.err


def test_a_unit_that_runs_otherwise_than_wanted_is_found_out(site: Site):
    post = site.post()
    put = post.unit.settings.set
    post.unit.settings.set = lambda name, value: put(name, value + 1)
    ended = site("settings", "lamp-01", "base_pct=25")
    assert ended.status == 1
    assert "NOT agreed" in ended.out and "runs otherwise: base_pct" in ended.err


def test_what_the_unit_refuses_is_told_in_its_words(site: Site):
    post = site.post()

    def full(name: str, value: int) -> None:
        raise ValueError("flash refuses")

    post.unit.settings.set = full
    ended = site("settings", "lamp-01", "base_pct=25")
    assert ended.status == 1 and "lamp-01: set: refused: flash refuses" in ended.err


def test_many_settings_go_in_several_messages(site: Site):
    post = site.post("canopy-01", kind="misting canopy")
    words = [f"{row[0]}={row[2]}" for row in _rows(post) if row[2] != row[1]]
    assert len(words) > 50
    ended = site("settings", "canopy-01", *words)
    assert ended.status == 0, ended.err
    assert all(post.unit.settings[row[0]] == row[2] for row in _rows(post))


def _rows(post: Post) -> list:
    return list(rows(*post.unit.tables))
