"""Who judges what a node says of a post must be right, or neither is."""

import tomllib
from pathlib import Path
from random import Random

import pytest
from corolle_hil.fitting import Furniture, Surroundings, fit
from corolle_hil.replay.inspector import Case, Inspector
from corolle_hil.replay.seeds import KINDS, Post
from corolle_hil.world.air import Air
from corolle_hil.world.climate import Weather
from corolle_hil.world.place import ORIGIN_DEG
from corolle_hil.world.propagation import Position, Propagation
from corolle_tools.firmware import BOARDS

_HOUR_S = 3600


class Watched:
    """A whole post with an inspector, and a voice that says what a node's console might."""

    def __init__(self, made):
        self.scheduler = made.scheduler
        air = Air(made.scheduler, Propagation(made.scheduler.rng))
        around = Surroundings(made.scheduler, air, lambda s: Weather(20.0, 50.0, 1.0, 0.0, 0.0), ORIGIN_DEG)
        it = Furniture("lamp-01", Position(0.0, 0.0))
        definition = tomllib.loads((Path(BOARDS) / "lamp-s3" / "board.toml").read_text())
        fit(made.board, definition, it, around)
        self.post = Post.of(it)
        self.told: list[dict] = []
        self.inspector = Inspector(made.scheduler, "lamp-01", self.post, self.told.append)

    def wait(self, seconds: float) -> None:
        self.scheduler.run(self.scheduler.now_us + round(seconds * 1e6))

    def strike(self, name: str) -> None:
        kind = next(kind for kind in KINDS if kind.name == name)
        self.inspector.open(Case(kind, kind.strike(self.post, Random(1))), _HOUR_S)

    def say(self, name: str, state: str = "raised") -> None:
        self.inspector.take({"time": "now", "event": "fault", "name": name, "state": state})

    def seed(self) -> dict:
        """What was judged of the thing that was broken."""
        self.wait(2 * _HOUR_S)
        (seed,) = (record for record in self.told if record["type"] == "seed")
        return seed

    def false_faults(self) -> list[str]:
        return [record["name"] for record in self.told if record["type"] == "false_fault"]


@pytest.fixture
def watched(bench) -> Watched:
    return Watched(bench(""))


@pytest.mark.parametrize(
    ("after_s", "verdict"), [(0, "found"), (900, "found"), (901, "late"), (3599, "late")]
)
def test_a_right_name_is_found_within_15_minutes_and_late_afterwards(watched, after_s, verdict):
    watched.strike("lampFailure")
    watched.wait(after_s)
    watched.say("lampFailure")
    watched.wait(_HOUR_S / 2)
    watched.say("lampFailure", "cleared")
    seed = watched.seed()
    assert (seed["verdict"], seed["delay_s"], seed["cleared"]) == (verdict, after_s, True)
    assert watched.false_faults() == []


def test_what_nobody_tells_is_missed(watched):
    watched.strike("tilt")
    assert watched.seed()["verdict"] == "missed"


@pytest.mark.parametrize("also", [True, False])
def test_another_name_of_the_luminaire_is_wrong_instead_and_besides(watched, also):
    watched.strike("dimmingFailure")
    if also:
        watched.say("dimmingFailure")
    watched.say("lampPowerTooLow")
    seed = watched.seed()
    assert (seed["verdict"], seed["told"]) == ("wrong", ["lampPowerTooLow"])


def test_a_name_that_has_nothing_to_do_with_what_is_broken_is_a_false_fault(watched):
    watched.strike("lampFailure")
    watched.say("sensorFault")
    assert watched.false_faults() == ["sensorFault"]
    assert watched.seed()["verdict"] == "missed"


def test_what_was_mended_is_a_false_fault_and_not_cleared(watched):
    watched.strike("lampFailure")
    watched.wait(_HOUR_S + 60)
    assert not watched.post.luminaire.burnt_out
    watched.say("lampFailure")
    seed = watched.seed()
    assert (seed["verdict"], seed["cleared"]) == ("missed", False)
    assert watched.false_faults() == ["lampFailure"]


def test_on_a_sound_post_every_fault_is_false(watched):
    for kind in KINDS:
        watched.say(kind.name)
    assert watched.false_faults() == [kind.name for kind in KINDS]


def test_a_dip_explains_a_supply_loss_while_it_lasts(watched):
    watched.post.mains.dip(150.0, 10_000_000)
    watched.wait(12)
    watched.say("supplyLoss")
    watched.wait(2)
    assert watched.false_faults() == []
    watched.say("supplyLoss")
    assert watched.false_faults() == ["supplyLoss"]


def test_heat_must_have_come_before_it_can_be_told(watched):
    watched.strike("thermalDerating")
    watched.say("thermalDerating")
    assert watched.false_faults() == ["thermalDerating"]
    while watched.post.housing.temperature_c < 75:
        watched.wait(60)
    watched.say("thermalDerating")
    seed = watched.seed()
    assert seed["verdict"] == "found" and seed["delay_s"] <= 60


def test_heat_outlasts_a_supply_that_goes(watched):
    watched.strike("thermalDerating")
    watched.wait(_HOUR_S + 1)
    watched.post.mains.dip(100.0, 60_000_000)
    watched.wait(70)
    assert watched.post.housing.extra_c == 0, "it has been mended"
    watched.say("thermalDerating")
    assert watched.false_faults() == []


def test_a_boot_forgets_what_was_raised(watched):
    watched.strike("tilt")
    watched.say("tilt")
    watched.inspector.take({"event": "boot", "cause": "power"})
    assert watched.seed()["cleared"]


def test_what_breaks_the_luminaire_changes_its_power_until_it_is_mended(watched):
    luminaire, shines = watched.post.luminaire, {"lampFailure", "lampPowerTooHigh", "lampPowerTooLow"}
    watched.wait(1)
    for kind in (kind for kind in KINDS if kind.name in shines):
        mend = kind.strike(watched.post, Random(2))
        assert abs(luminaire.power_w - 40) > 8, kind.name
        mend()
        assert luminaire.power_w == pytest.approx(40)
