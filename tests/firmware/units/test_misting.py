"""The mist line as a whole: what it does on a hot afternoon, and what it does not."""

import asyncio

from mist_bench import Site as _Site


async def test_a_new_line_mists_nobody_until_it_was_cleaned():
    site = _Site()
    await asyncio.sleep(10)
    await site.someone(300)
    assert site.water.moves.count(("mist_valve", True)) == site.water.moves.count(("purge_valve", True)) == 0
    assert site.misting.reason == "sanitary lock" and site.misting.state == "disinfection due"
    assert site.operations() == ["log begun", "disinfection due"]
    assert site.misting.carry_out("cleaned", 0, "") == "refused", "nobody signs it"
    site.end()


async def test_purged_with_nobody_there_then_bursts_for_who_comes_and_a_purge_at_the_end():
    site = _Site()
    await site.put_in_order()
    assert site.operations()[2:] == ["cleaned", "purged"] and site.misting.state == "ready"
    purged_l = site.misting.litres()[1]
    assert 5.0 <= purged_l < 5.2, "purge_dl, and what the guard's look lets through"
    await site.someone(170)
    bursts = site.water.moves.count(("mist_valve", True))
    assert 2 <= bursts <= 4, "20 s in each minute"
    await asyncio.sleep(1500)
    assert site.operations()[4:] == ["misting begun", "misting ended", "purged"]
    assert site.water.open_now() == [] and site.misting.state == "ready"
    site.end()


async def test_who_comes_in_a_purge_ends_it_at_once():
    site = _Site()
    await asyncio.sleep(5)
    site.misting.carry_out("cleaned", 0, "anne")
    await asyncio.sleep(10)
    assert site.water.open_now() == ["purge_valve"]
    site.people.move(True)
    await asyncio.sleep(0.2)
    assert site.water.open_now() == [] and site.misting.reason == "somebody there"
    await asyncio.sleep(3600)
    assert site.operations()[-1] == "purge put off" and site.water.open_now() == []
    site.end()


async def test_cool_or_humid_air_is_not_misted():
    for air, reason in (((20.0, 30.0), "cool air"), ((30.0, 75.0), "humid air")):
        site = _Site(air)
        await site.put_in_order()
        site.people.move(True)
        await asyncio.sleep(120)
        assert site.water.moves.count(("mist_valve", True)) == 0 and site.misting.reason == reason
        site.end()


async def test_a_ban_ends_the_misting_and_only_lift_ends_the_ban():
    site = _Site()
    await site.put_in_order()
    site.people.move(True)
    await asyncio.sleep(5)
    assert site.water.open_now() == ["mist_valve"]
    assert site.misting.carry_out("ban", 0, "prefect") == "accepted"
    await asyncio.sleep(1)
    assert site.water.open_now() == [] and site.misting.state in ("locked", "purge due")
    await asyncio.sleep(1200)
    assert site.water.open_now() == [] and site.misting.reason == "sanitary lock"
    assert site.misting.carry_out("lift", 0, "prefect") == "accepted"
    await site.someone(1)
    await asyncio.sleep(600)
    assert site.misting.state == "ready"
    assert [word for word in site.operations() if word.startswith("ban")] == ["ban", "ban lifted"]
    site.end()


async def test_a_log_that_cannot_be_written_shuts_the_line():
    site = _Site()
    await site.put_in_order()
    site.flash.broken = True
    await site.someone(120)
    assert site.water.open_now() == [] and site.common.faults.has("sanitaryLogBroken")
    assert site.misting.reason == "sanitary lock"
    site.end()


async def test_warm_water_is_told_while_it_flows():
    site = _Site(water_c=27.0)
    await site.put_in_order()
    assert "water warm" in site.operations() and site.common.faults.has("waterWarm")
    site.end()


async def test_what_stood_in_the_sun_is_no_warm_supply():
    site = _Site(water_c=40.0)
    await asyncio.sleep(61)
    assert site.misting.carry_out("cleaned", 0, "anne") == "accepted"
    await asyncio.sleep(8)
    assert site.water.open_now() == ["purge_valve"]
    site.supply.value = 18.0
    await asyncio.sleep(600)
    assert site.operations()[2:] == ["cleaned", "purged"]
    site.end()


async def test_the_supply_is_measured_in_a_burst():
    site = _Site(water_c=18.0)
    await site.put_in_order()
    await asyncio.sleep(30)
    site.people.move(True)
    await asyncio.sleep(5)
    site.supply.value = 26.0
    await asyncio.sleep(20)
    assert site.operations()[-1] == "water warm"
    site.end()


async def test_a_purge_that_the_guard_refuses_is_told_by_its_own_reason_and_is_no_want_of_water():
    site = _Site()
    await asyncio.sleep(5)
    site.water.settings["guard_purge_hour_dl"] = 1
    site.misting.carry_out("cleaned", 0, "anne")
    await asyncio.sleep(600)
    assert site.water.moves.count(("purge_valve", True)) == 1 and site.misting.state == "purge due"
    assert site.misting.reason == "guard litres an hour" and not site.misting.no_flow
    site.water.settings["guard_purge_hour_dl"] = 1000
    await asyncio.sleep(5000)
    assert site.operations()[-1] == "purged" and site.misting.state == "ready", "after the guard's rest"
    site.end()


async def test_a_purge_without_water_is_no_flow_and_is_tried_again():
    site = _Site()
    await asyncio.sleep(5)
    site.water.mist_pipe.period_ms = 0
    site.water.settings["guard_purge_noflow_s"] = 300
    site.misting.carry_out("cleaned", 0, "anne")
    await asyncio.sleep(70)
    assert site.misting.no_flow and site.misting.reason == "no flow" and site.water.open_now() == []
    site.water.mist_pipe.period_ms = 500
    await asyncio.sleep(1800)
    assert not site.misting.no_flow and site.operations()[-1] == "purged"
    site.end()


async def test_who_passes_wakes_the_line_only_where_that_may_change_something():
    for air, heeded in (((33.0, 30.0), True), ((20.0, 30.0), False)):
        site = _Site(air)
        await site.put_in_order()
        await asyncio.sleep(30)
        wakes = site.people.wakes
        for there in (True, False, True):
            site.people.move(there)
            await asyncio.sleep(2)
        assert site.people.wakes - wakes == (3 if heeded else 0)
        assert (site.water.open_now() == ["mist_valve"]) == heeded
        site.end()


async def test_who_leaves_is_heeded_in_any_weather_while_a_purge_waits_for_it():
    site = _Site((20.0, 30.0))
    await asyncio.sleep(5)
    site.people.move(True)
    site.misting.carry_out("cleaned", 0, "anne")
    await asyncio.sleep(100)
    assert site.misting.reason == "somebody there" and site.water.open_now() == []
    site.people.move(False)
    await asyncio.sleep(0.2)
    assert site.water.open_now() == ["purge_valve"]
    site.people.move(True)
    await asyncio.sleep(0.2)
    assert site.water.open_now() == [], "and who comes in it, too"
    site.end()
