"""What a reset takes along in the midst of an opening: the litres nobody has counted, and who is there."""

import time

from bench import MIDNIGHT, Bench
from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.units.tap import COUNTERS, DRIP, PURGE, Tap
from corolle.wire.words import CANOPY_FAULTS
from water_bench import WaterBench

_DOSE_DL, _HOUR_DL = 20, 50


class _Canopy:
    """What a bench must know of a unit."""

    COUNTERS, FAULTS = COUNTERS, CANOPY_FAULTS

    @staticmethod
    def settings(wiring):
        return CANOPY_SETTINGS, MIST_SETTINGS


class _Life:
    """From one boot to the next; `shelf` is what was kept."""

    def __init__(self, shelf=None, now_s=MIDNIGHT):
        self.site = Bench(_Canopy, now_s, shelf, guard_dose_dl=_DOSE_DL, guard_hour_dl=_HOUR_DL)
        self.water = WaterBench(guard_dose_dl=_DOSE_DL, guard_hour_dl=_HOUR_DL)
        self.drip = Tap(self.site.common, self.water.guard, "valve", self.water.flow, DRIP, lambda: None)

    def reset(self, now_s=MIDNIGHT):
        """The board begins anew, in the midst of whatever it did."""
        self.drip.guard.close("valve")
        return _Life(self.site.shelf, now_s)


def test_openings_that_resets_broke_off_count_as_full_ones():
    """Two of 2 l leave less than another one of the hour's 5 l; before, each boot began with all of them."""
    life = _Life()
    for _ in range(2):
        assert life.drip.open(1.0) == ""
        time.sleep(30)
        life = life.reset()
    assert life.drip.spent_l() == (4.0, 4.0)
    assert life.drip.open(1.0) == ""
    _, drip_l, _ = life.water.hang(600)
    assert 0.9 < drip_l <= 1.0, drip_l
    assert life.water.trips() == [("valve", "guard litres an hour")]


def test_an_opening_that_ended_counts_with_what_it_gave():
    life = _Life()
    assert life.drip.open(1.0) == ""
    time.sleep(61)
    life.drip.close()
    life = life.reset()
    hour_l, day_l = life.drip.spent_l()
    assert 0.9 < hour_l == day_l <= 1.05, hour_l


def test_an_opening_is_kept_before_the_valve_moves():
    life = _Life()
    written = life.site.shelf.writes
    life.water.valve.before_pulse = lambda: written_then.append(life.site.shelf.writes)
    written_then = []
    assert life.drip.open(1.0) == ""
    assert written_then == [written + 1]
    life.drip.close()
    assert life.site.common.ledger["valve_open"] == 0


def test_what_is_refused_costs_no_flash():
    life = _Life()
    life.water.wet(True)
    written = life.site.shelf.writes
    for _ in range(10):
        assert life.drip.open(1.0) == "leak"
    assert life.site.shelf.writes == written
    assert life.site.common.ledger["valve_open"] == 0


def test_a_trip_ends_no_opening_twice():
    """The guard shuts by itself; what the sequencer then does, or does not, leaves no opening behind."""
    life = _Life()
    assert life.drip.open(1.0) == ""
    life.water.hang(600)
    life.drip.close()
    life.drip.close()
    assert life.site.common.ledger["valve_open"] == 0
    time.sleep(3700)
    assert life.drip.open(1.0) == ""
    life.drip.close()
    assert life.site.common.ledger["valve_open"] == 0


def test_a_new_day_forgets_the_openings_of_the_last():
    life = _Life()
    assert life.drip.open(1.0) == ""
    life = life.reset(MIDNIGHT + 86400)
    life.drip.count()
    life = life.reset(MIDNIGHT + 86400)
    assert life.drip.spent_l() == (2.0, 2.0), "the ledger had not been written since"
    assert life.drip.open(1.0) == ""
    life.drip.close()
    life = life.reset(MIDNIGHT + 86400)
    assert life.drip.spent_l() == (0.0, 0.0)


def test_a_purge_is_shut_before_anybody_though_its_task_hangs():
    life = _Life()
    purge = Tap(life.site.common, life.water.guard, "purge_valve", life.water.mist_flow, PURGE, lambda: None)
    assert purge.open(5.0) == ""
    time.sleep(10)
    assert life.water.open_now() == ["purge_valve"]
    life.water.people.present = True
    time.sleep(1)
    assert life.water.open_now() == [] and life.water.calls == 1
    assert life.water.trips() == [], "nothing is wrong with the valve"
    assert purge.open(5.0) == "somebody there"
    life.water.people.present = False
    assert purge.open(5.0) == ""
