"""Events go at once, reports at their time, and nothing that no link takes is forgotten silently."""

import asyncio

from bench import MIDNIGHT, Bench, Link
from corolle.system.clock import Clock
from corolle.units import lamp
from corolle.units.reporting import Reporter


def _compose():
    values = {
        "level_pct": 10,
        "reason": 17,
        "energy_wh": 1.5,
        "passages": 3,
        "faults": 0,
        "presence": 0,
    }
    return "corolle.wire.lamp_report", "LAMP_REPORT", values


def _reporter(bench, link, salt=1):
    reporter = Reporter(bench.clock, bench.common.settings, salt)
    reporter.compose = _compose
    reporter.attach(link)
    return reporter


async def _run(reporter, seconds):
    task = asyncio.create_task(reporter.run(lambda for_s: None))
    await asyncio.sleep(seconds)
    task.cancel()


def test_events_of_the_boot_wait_for_the_link():
    bench = Bench(lamp)
    reporter = Reporter(bench.clock, bench.common.settings, 1)
    for count in range(10):
        reporter.event("task restarted", count)
    assert reporter.dropped == 2
    link = Link(joined=False)
    reporter.attach(link)
    assert [value for _, value in link.events()] == list(range(8))
    reporter.event("boot", 1)
    assert link.events()[-1] == ("boot", 1)


def test_an_event_says_when_and_its_figure_is_clipped():
    bench = Bench(lamp)
    bench.common.reporter.event("clock set", 800_000_000)
    bench.common.reporter.event("clock set", -800_000_000)
    first, second = bench.link.decoded(20)
    assert (first["time_s"], first["value"], second["value"]) == (MIDNIGHT, 32767, -32768)
    assert second["seq"] == first["seq"] + 1
    assert [priority for _, _, priority in bench.link.frames] == [1, 1]


def test_the_count_of_messages_begins_anywhere_and_goes_round():
    bench = Bench(lamp)
    reporter = Reporter(bench.clock, bench.common.settings, 1, 254)
    reporter.attach(bench.link)
    for _ in range(3):
        reporter.event("boot", 1)
    assert [event["seq"] for event in bench.link.decoded(20)] == [255, 0, 1]


def test_what_the_network_asks_again_for_is_not_sent_until_it_is_acknowledged():
    bench = Bench(lamp)
    assert bench.common.reporter.raw(32, b"settings")
    assert [priority for _, _, priority in bench.link.frames] == [2]


def test_an_event_without_a_clock_has_no_time():
    bench = Bench(lamp, now_s=None)
    assert isinstance(bench.clock, Clock)
    bench.common.reporter.event("boot", 1)
    assert bench.link.decoded(20)[0]["time_s"] == 0


def test_what_a_full_link_refuses_is_counted():
    bench = Bench(lamp)
    bench.link.full = True
    bench.common.reporter.event("boot", 1)
    bench.common.reporter.ack({"id": 1, "verdict": 0, "reason": 4, "value": 40})
    assert bench.common.reporter.dropped == 2


async def test_a_day_of_reports_is_about_a_quarter_of_an_hour_apart():
    bench = Bench(lamp)
    link = Link()
    await _run(_reporter(bench, link), 86400)
    reports = link.decoded(10)
    assert 86 <= len(reports) <= 97, len(reports)
    assert [report["seq"] for report in reports[:3]] == [1, 2, 3]
    assert {priority for _, _, priority in link.frames} == {2}


async def test_two_units_do_not_speak_in_chorus():
    bench = Bench(lamp)
    pauses = [[_reporter(bench, Link(), salt)._pause_s() for _ in range(20)] for salt in (1, 2)]
    assert pauses[0] != pauses[1]
    for pause_s in pauses[0] + pauses[1]:
        assert 900 <= pause_s <= 990


async def test_no_report_is_made_before_the_network_is_joined():
    bench = Bench(lamp)
    link = Link(joined=False)
    reporter = _reporter(bench, link)
    task = asyncio.create_task(reporter.run(lambda for_s: None))
    await asyncio.sleep(600)
    assert link.frames == []
    link.joined = True
    await asyncio.sleep(20)
    assert len(link.decoded(10)) == 1
    task.cancel()


async def test_a_report_that_is_asked_for_comes_at_once():
    bench = Bench(lamp)
    link = Link()
    reporter = _reporter(bench, link)
    task = asyncio.create_task(reporter.run(lambda for_s: None))
    await asyncio.sleep(100)
    reporter.soon()
    await asyncio.sleep(1)
    assert len(link.decoded(10)) == 2
    task.cancel()


async def test_who_calls_before_the_network_is_there_gets_the_first_report():
    bench, link = Bench(lamp), Link(joined=False)
    reporter = _reporter(bench, link)
    task = asyncio.create_task(reporter.run(lambda for_s: None))
    await asyncio.sleep(5)
    reporter.soon()
    await asyncio.sleep(5)
    link.joined = True
    await asyncio.sleep(20)
    assert len(link.decoded(10)) == 1
    task.cancel()
