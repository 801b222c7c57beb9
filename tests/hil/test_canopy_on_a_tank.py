"""A whole canopy whose board hangs the mist on a tank: it waters, and nobody can make it mist or purge."""

import pytest
from corolle.wire.words import VERBS, code_of
from corolle_hil.replay.valves_site import Yard
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.climate import Weather
from corolle_tools.replay.valves import equip

_HOT = Weather(temperature_c=34.0, humidity_pct=25.0, wind_m_s=0.0, rain_mm_h=0.0, radiation_w_m2=700.0)
_NOON_US = 1_784_116_800 * 1_000_000  # 2026-07-15, 12:00 UTC
_ARTICLE = "arrete of 7 August 2017, article 7"


@pytest.mark.parametrize("on_tank", [True, False])
def test_mist_from_a_tank_is_refused_at_the_start_with_the_article_it_breaks(tmp_path, on_tank):
    scheduler, told = Scheduler(_NOON_US, 1), []
    settings = {"start_vwc_pct": 60, "purge_dl": 2, "mist_from_min": 0, "mist_until_min": 0}
    with Yard(tmp_path) as yard:
        site = yard.build(scheduler, lambda _: _HOT, equip(settings, on_tank), told.append)
        assert site.it.valve and site.it.mist_valve and site.it.purge_valve
        site.unit.power_on()
        until_s = scheduler.unix_us // 1_000_000 + 3600
        scheduler.after(5_000_000, site.wire.order, code_of(VERBS, "cleaned"), 0, until_s, "anne")
        scheduler.after(60_000_000, site.come, 120.0)
        scheduler.run(300_000_000)
        moves = [site.it.mist_valve.moves, site.it.purge_valve.moves]
        watered, verdicts = site.it.valve.moves, dict(site.wire.verdicts)
        site.board.close()
    refused = [
        record for record in told if record.get("event") == "fitting" and record["part"] == "mist_valve"
    ]
    locked = [record for record in told if record.get("event") == "fault" and record["name"] == "mistLocked"]
    assert watered and ((moves == [0, 0]) == on_tank)
    assert bool(refused) == on_tank and all(record["error"].startswith(_ARTICLE) for record in refused)
    assert [record["state"] for record in locked][-1:] == (["raised"] if on_tank else ["cleared"])
    assert verdicts == {"accepted": 1}, "its log is kept all the same"
