"""The watchdog is fed while all is well and never otherwise; what raises is started again."""

import asyncio
import time

from corolle.system.supervisor import WATCHDOG_MS, Supervisor


def _gaps(moments):
    return [moments[i + 1] - moments[i] for i in range(len(moments) - 1)]


class _Dog:
    def __init__(self):
        self.fed_s = []

    def feed(self):
        self.fed_s.append(_uptime_s())


_uptime_s = time.time


class _Log:
    def __init__(self):
        self.events = []

    def __call__(self, event, level="info", **fields):
        self.events.append((event, fields))


async def _run(starts, seconds):
    dog, log, told = _Dog(), _Log(), []
    supervisor = Supervisor(log, _uptime_s, dog)
    supervisor.on_restart.append(lambda error: told.append(type(error)))
    for name, start in starts:
        supervisor.spawn(name, start)
    feeding = asyncio.create_task(supervisor.run())
    await asyncio.sleep(seconds)
    feeding.cancel()
    return dog, log, told, supervisor


async def test_fed_while_every_task_is_alive():
    async def well(alive):
        while True:
            alive(100)
            await asyncio.sleep(100)

    dog, log, _, _ = await _run([("well", well)], 1000)
    assert len(dog.fed_s) >= 11
    assert max(_gaps(dog.fed_s)) < WATCHDOG_MS / 1000 / 2, "one feed may be missed"
    assert log.events == []


async def test_a_task_that_has_done_its_work_is_gone_and_missed_by_nobody():
    async def once(alive):
        alive(10)
        await asyncio.sleep(5)
        return True

    dog, log, told, supervisor = await _run([("once", once)], 1000)
    assert max(_gaps(dog.fed_s)) < WATCHDOG_MS / 1000 / 2
    assert (log.events, told, supervisor.restarts()) == ([], [], 0)


async def test_a_task_starts_again_although_there_is_no_memory_to_tell_it():
    began = []

    async def fails(alive):
        began.append(_uptime_s())
        raise MemoryError

    def tell(error):
        raise MemoryError("memory allocation failed")

    supervisor = Supervisor(_Log(), _uptime_s, _Dog())
    supervisor.on_restart.append(tell)
    supervisor.spawn("fails", fails)
    await asyncio.sleep(60)
    assert len(began) == supervisor.restarts() > 3


async def test_a_task_that_hangs_ends_the_feeding():
    async def well(alive):
        while True:
            alive(30)
            await asyncio.sleep(30)

    async def hangs(alive):
        alive(30)
        await asyncio.Event().wait()

    dog, log, _, _ = await _run([("well", well), ("hangs", hangs)], 600)
    fed_for_s = dog.fed_s[-1] - dog.fed_s[0]
    assert 60 <= fed_for_s <= 30 + 60, fed_for_s
    assert log.events and all(event == "hung" and fields["task"] == "hangs" for event, fields in log.events)


async def test_a_task_that_raises_starts_again_with_growing_pauses_and_is_counted():
    starts_s = []

    async def raises(alive):
        starts_s.append(_uptime_s())
        raise OSError(19)

    dog, _, told, supervisor = await _run([("raises", raises)], 3000)
    pauses = _gaps(starts_s)
    assert pauses[:8] == [2, 4, 8, 16, 32, 64, 128, 256]
    assert set(pauses[8:]) == {300}
    assert supervisor.restarts() == len(starts_s) == len(told)
    assert dog.fed_s[-1] - dog.fed_s[0] > 2900, "a pause was taken for a hang"


async def test_after_a_steady_run_the_pause_is_short_again():
    starts_s = []

    async def steady(alive):
        starts_s.append(_uptime_s())
        alive(700)
        await asyncio.sleep(650)
        raise ValueError("late")

    await _run([("steady", steady)], 3000)
    assert set(_gaps(starts_s)) == {651}


async def test_a_task_that_ends_is_a_failure_too():
    async def ends(alive):
        alive(1)

    _, _, told, _ = await _run([("ends", ends)], 5)
    assert told and told[0] is RuntimeError


async def test_one_tasks_failure_leaves_the_others_alone():
    beats = []

    async def beats_on(alive):
        while True:
            alive(10)
            beats.append(1)
            await asyncio.sleep(10)

    async def raises(alive):
        raise MemoryError

    await _run([("beats", beats_on), ("raises", raises)], 300)
    assert len(beats) == 30
