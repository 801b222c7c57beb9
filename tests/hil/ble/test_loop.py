"""asyncio in street time: what is due runs when the street is there, and never later."""

import asyncio

import pytest
from corolle_hil.ble.loop import StreetLoop
from corolle_hil.scheduler import Scheduler


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler()


@pytest.fixture
def loop(scheduler: Scheduler) -> StreetLoop:
    return StreetLoop(scheduler)


def test_sleep_takes_street_time_and_no_other(scheduler, loop):
    said: list[tuple[str, int]] = []

    async def sleeper(name: str, seconds: float) -> None:
        for _ in range(2):
            await asyncio.sleep(seconds)
            said.append((name, scheduler.now_us))

    for name, seconds in (("slow", 3600.0), ("quick", 0.0015)):
        loop.create_task(sleeper(name, seconds))
    scheduler.run(100_000_000_000)
    assert said == [("quick", 1500), ("quick", 3000), ("slow", 3_600_000_000), ("slow", 7_200_000_000)]


def test_all_that_is_ready_runs_before_the_street_goes_on(scheduler, loop):
    order: list[str] = []

    async def chain() -> None:
        for step in range(3):
            order.append(f"step {step}")
            await asyncio.sleep(0)

    scheduler.at(10, order.append, "before")
    scheduler.at(11, lambda: loop.run(loop.create_task, chain()))
    scheduler.at(11, order.append, "after")
    scheduler.run(20)
    assert order == ["before", "step 0", "step 1", "step 2", "after"]


def test_a_timeout_is_street_time_too(scheduler, loop):
    async def wait() -> None:
        await asyncio.wait_for(loop.create_future(), 5.0)

    task = loop.create_task(wait())
    scheduler.run(60_000_000)
    assert isinstance(task.exception(), asyncio.TimeoutError)


def test_timers_of_one_moment_keep_their_order_and_may_be_cancelled(scheduler, loop):
    called: list[int] = []
    timers = [loop.call_later(1.0, called.append, number) for number in (1, 1, 2, 3)]
    timers[1].cancel()
    timers[3].cancel()
    timers[3].cancel()
    scheduler.run(2_000_000)
    assert called == [1, 2]


def test_run_inside_is_a_plain_call_and_the_loop_is_nobodys_afterwards(loop):
    seen: list[asyncio.AbstractEventLoop] = []
    loop.run(lambda: loop.run(lambda: seen.append(asyncio.get_running_loop())))
    assert seen == [loop]
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_a_callback_that_fails_ends_the_street(scheduler, loop):
    loop.call_later(1.0, lambda: 1 // 0)
    with pytest.raises(RuntimeError) as ended:
        scheduler.run(2_000_000)
    assert isinstance(ended.value.__cause__, ZeroDivisionError)
