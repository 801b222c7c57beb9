"""Memory, log and chain against each other at each boot: what is lost locks, and nothing is forgotten."""

import asyncio
import os

from corolle.control import sanitary_memory as memories
from corolle.control.sanitary import SanitaryDuties
from corolle.control.sanitary_memory import SanitaryMemory
from corolle.system.sanitary_log import SanitaryLog
from corolle.units.sanitary_proof import prove
from mist_bench import Site

_FOLDER = "/ram/sanitary"
_FIRST = _FOLDER + "/000000"


def _change(number):
    """Somebody has changed a record in the flash."""
    with open(_FIRST, "rb") as file:
        content = bytearray(file.read())
    content[8 + 32 * (number - 1) + 10] ^= 1
    with open(_FIRST, "wb") as file:
        file.write(content)


async def _ordered(site, *orders):
    for verb, value, author in orders:
        assert site.misting.carry_out(verb, value, author) == "accepted", verb
    await asyncio.sleep(2)


async def test_locks_outlive_the_loss_of_the_memory_in_both_copies():
    site = Site()
    await site.put_in_order()
    await _ordered(site, ("ban", 0, "prefet 31"), ("lab", 4000, "labo"))
    del site.shelf.records["sanitary"]
    site = site.reboot()
    await site.someone(60)
    assert site.misting.state == "locked" and site.common.faults.has("mistLocked")
    await _ordered(site, ("lift", 0, "prefet 31"), ("cleaned", 0, "anne"))
    assert site.misting.state != "ready"
    await _ordered(site, ("lab", 9, "labo"))
    await asyncio.sleep(600)
    assert site.misting.state == "ready"
    assert "disinfection due" not in site.operations()[2:], "it was clean, and the log tells"
    site.end()


async def test_power_lost_between_a_record_and_the_memory():
    site = Site()
    await site.put_in_order()
    before = site.shelf.records["sanitary"]
    await _ordered(site, ("ban", 0, "prefet 31"))
    site.shelf.records["sanitary"] = before
    site = site.reboot()
    await asyncio.sleep(5)
    assert site.misting.state == "locked"
    site.end()


async def test_an_order_before_the_log_is_summed_up_is_refused():
    site = Site()
    await site.put_in_order()
    del site.shelf.records["sanitary"]
    site = site.reboot()
    assert site.misting.carry_out("cleaned", 0, "anne") == "refused"
    await asyncio.sleep(1)
    assert site.misting.carry_out("cleaned", 0, "anne") == "accepted"
    site.end()


async def test_a_record_that_was_changed_is_told_and_locks_until_a_person_accepts_it():
    site = Site()
    await site.put_in_order()
    _change(3)
    site = site.reboot()
    await site.someone(60)
    assert site.operations()[-1] == "log broken" and site.misting.state == "locked"
    assert site.common.faults.has("sanitaryLogBroken") and ("fault raised", 19) in site.link.events()
    assert site.water.moves.count(("mist_valve", True)) == 0
    number = site.records.number
    site = site.reboot()
    await asyncio.sleep(5)
    assert site.records.number == number, "told once"
    assert site.common.faults.has("sanitaryLogBroken")
    assert site.misting.carry_out("lift", 0, "") == "refused"
    await _ordered(site, ("lift", 0, "ops"))
    assert site.operations()[-1] == "log accepted" and not site.common.faults.has("sanitaryLogBroken")
    site = site.reboot()
    await asyncio.sleep(5)
    assert site.misting.state == "ready" and site.operations()[-1] == "log accepted"
    _change(number + 1)
    site = site.reboot()
    await asyncio.sleep(5)
    assert site.misting.state == "locked", "what came after the acceptance is not accepted"
    site.end()


async def test_a_running_node_looks_once_a_day():
    site = Site()
    await site.put_in_order()
    _change(2)
    await asyncio.sleep(23 * 3600)
    assert site.misting.state == "ready"
    await asyncio.sleep(2 * 3600)
    assert site.misting.state == "locked" and site.operations()[-1] == "log broken"
    site.end()


async def test_a_log_that_is_gone_is_told_and_its_numbers_are_not_given_again():
    site = Site()
    await site.put_in_order()
    assert site.records.number == 4
    os.remove(_FIRST)
    site = site.reboot()
    await asyncio.sleep(5)
    assert (site.records.first, site.records.number) == (128, 128)
    assert site.misting.state == "locked"
    await _ordered(site, ("lift", 0, "ops"))
    site = site.reboot()
    await asyncio.sleep(5)
    assert site.misting.state == "ready" and site.records.number == 129
    site.end()


async def test_what_was_let_go_before_the_memory_was_lost_may_have_been_a_ban():
    site = Site()
    log = SanitaryLog("/ram/old", "02c0ffee00000001", segments=1)
    for number in range(300):
        log.append(1_784_000_000 + number, "purged", 50, "")
        log.acknowledged = log.number
    assert log.first == 255
    duties = SanitaryDuties(site.common.settings, SanitaryMemory())
    assert await prove(log, duties, False, 0) == 0
    assert duties.memory.number == 300 and not duties.records
    for lock in (memories.BANNED, memories.LAB_STOP, memories.UNCLEAN):
        assert duties.memory.has(lock), lock
    duties = SanitaryDuties(site.common.settings, SanitaryMemory())
    duties.memory.flags, duties.memory.number = memories.BEGUN, 254
    assert await prove(log, duties, False, 0) == 0
    assert not duties.locked, "all that was let go had been summed up"
    site.end()


async def test_a_supply_that_is_refused_is_recorded_once_and_sent():
    site = Site(refused=True)
    await asyncio.sleep(5)
    for _ in range(2):
        site = site.reboot(refused=True)
        await asyncio.sleep(100)
        assert site.operations() == ["supply refused"]
        assert [port for port, _, _ in site.link.frames if port == 13], "the gateway hears of it"
    await site.someone(60)
    assert site.misting.state == "locked" and site.misting.reason == "sanitary lock"
    assert site.water.moves.count(("mist_valve", True)) == site.water.moves.count(("purge_valve", True)) == 0
    await _ordered(site, ("cleaned", 0, "anne"), ("ban", 0, "prefet 31"))
    assert site.misting.state == "locked"
    site = site.reboot()
    await asyncio.sleep(5)
    assert site.operations()[1:] == ["cleaned", "ban", "log begun", "disinfection due"]
    site.end()
