"""Faults are told once a change, counters survive and are written rarely."""

import asyncio
import time

from bench import Bench, Shelf
from corolle.system.log import Log
from corolle.units import lamp
from corolle.units.common import Ledger, Wake
from corolle.wire.words import LAMP_FAULTS, code_of


def _ledger(shelf, names=("energy", "passages")):
    return Ledger(names, shelf, Log(lambda: "-"), time.time)


def test_a_fault_is_told_when_it_comes_and_when_it_goes():
    bench = Bench(lamp)
    faults = bench.common.faults
    for present in (True, True, False, False, True):
        faults.set("presenceStuck", present)
    bit = code_of(LAMP_FAULTS, "presenceStuck")
    assert bench.link.events() == [("fault raised", bit), ("fault cleared", bit), ("fault raised", bit)]
    assert faults.flags == 1 << bit


def test_a_fault_that_the_report_has_no_room_for_is_an_event_all_the_same():
    bench = Bench(lamp)
    bench.common.faults.set("doorOpen", True)
    assert bench.common.faults.flags == 0
    assert bench.link.events() == [("fault raised", code_of(LAMP_FAULTS, "doorOpen"))]


def test_counters_come_back_after_a_reset():
    shelf = Shelf()
    ledger = _ledger(shelf)
    ledger["energy"] += 4_000_000_000
    ledger["passages"] += 7
    ledger.keep(now=True)
    again = _ledger(shelf)
    assert (again["energy"], again["passages"]) == (4_000_000_000, 7)


def test_a_counter_that_an_older_record_lacks_begins_at_zero():
    shelf = Shelf()
    ledger = _ledger(shelf, ("energy",))
    ledger["energy"] = 5
    ledger.keep(now=True)
    again = _ledger(shelf)
    assert (again["energy"], again["passages"]) == (5, 0)


def test_flash_is_written_once_an_hour_and_only_for_a_change():
    shelf = Shelf()
    ledger = _ledger(shelf)
    for minute in range(600):
        ledger["passages"] += 1 if minute < 300 else 0
        ledger.keep()
        time.sleep(60)
    assert shelf.writes == 5


def test_what_nobody_was_told_of_is_written_once_and_twice_before_it_is_told():
    shelf = Shelf()
    ledger = _ledger(shelf)
    for _ in range(30):
        ledger["energy"] += 1
        ledger.keep_within("energy", 9)
    assert (shelf.writes, shelf.lasting) == (3, 0)
    ledger.keep(now=True)
    assert (shelf.writes, shelf.lasting) == (4, 1)
    ledger.keep(now=True)
    assert shelf.writes == 4, "it is there already"


def test_a_flash_that_refuses_stops_nothing():
    bench = Bench(lamp)
    bench.shelf.broken = True
    bench.common.ledger["passages"] += 1
    bench.common.ledger.keep(now=True)
    bench.common.save("override", b"x")
    assert sum("event=store" in line for line in bench.log.lines()) == 2


async def test_a_wake_from_an_interrupt_or_the_end_of_the_time():
    wake = Wake()
    start = time.ticks_ms()
    assert not await wake.wait_ms(500)
    assert time.ticks_diff(time.ticks_ms(), start) == 500
    wake.set()
    assert await wake.wait_ms(500)
    calling = asyncio.create_task(_call(wake))
    assert await wake.wait_ms(5000)
    await calling
    assert time.ticks_diff(time.ticks_ms(), start) < 1000


async def _call(wake):
    await asyncio.sleep_ms(100)
    wake.set()
