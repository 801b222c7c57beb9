"""What is on its way to the disk: whoever asked is told as it ends, once, whatever the others make of it."""

import asyncio

import pytest
from corolle_gateway.pending import Pending, end, ended


def test_who_asked_is_told_at_the_end_in_order_and_who_asks_later_at_once():
    pending, told = Pending[int](), []
    pending.then(lambda done: told.append(("first", done.result)))
    pending.then(lambda done: told.append(("second", done.result)))
    assert not told and not pending.is_done
    pending.succeed(7)
    pending.then(lambda done: told.append(("late", done.result)))
    assert told == [("first", 7), ("second", 7), ("late", 7)]


def test_of_what_ends_together_those_who_asked_first_are_told_first():
    one, two, told = Pending[int](), Pending[int](), []
    for name, pending in (("one", one), ("two", two)):
        for place in ("first", "second"):
            pending.then(lambda done, said=(place, name): told.append((*said, done.error or done.result)))
    late = OSError("full")
    two.then(lambda _: one.then(lambda done: told.append(("late", "one", done.result))))
    end([(one, 7, None), (two, None, late)])
    assert told == [
        ("first", "one", 7),
        ("first", "two", late),
        ("second", "one", 7),
        ("second", "two", late),
        ("late", "one", 7),
    ]


def test_who_awaits_it_gets_the_result_or_has_the_error_raised():
    async def scenario() -> None:
        good, bad = Pending[str](), Pending[str]()
        loop = asyncio.get_running_loop()
        loop.call_soon(good.succeed, "stored")
        loop.call_soon(bad.fail, OSError("full"))
        assert await asyncio.gather(good, good) == ["stored", "stored"]
        with pytest.raises(OSError, match="full"):
            await bad
        assert await ended("at once") == "at once"

    asyncio.run(scenario())


def test_who_is_cancelled_while_it_waits_takes_nobody_along():
    async def scenario() -> None:
        pending = Pending[int]()
        impatient, patient = (asyncio.ensure_future(asyncio.wait_for(pending, s)) for s in (0.001, 10))
        with pytest.raises(TimeoutError):
            await impatient
        pending.succeed(3)
        assert await patient == 3

    asyncio.run(scenario())


def test_a_fault_of_one_who_is_told_is_reported_and_the_others_are_told():
    async def scenario() -> None:
        reported, told = [], []
        asyncio.get_running_loop().set_exception_handler(lambda _, said: reported.append(said["exception"]))
        pending = Pending[int]()
        pending.then(lambda _: 1 // 0)
        pending.then(lambda done: told.append(done.result))
        pending.succeed(3)
        assert told == [3]
        assert [type(error) for error in reported] == [ZeroDivisionError]

    asyncio.run(scenario())


def test_what_is_made_of_it_ends_as_it_does():
    pending, failed = Pending[int](), Pending[int]()
    doubled, inverse = pending.map(lambda n: 2 * n), ended(0).map(lambda n: 1 // n)
    copied = failed.map(lambda n: n)
    assert not doubled.is_done
    pending.succeed(21)
    failed.fail(OSError("full"))
    assert doubled.result == 42
    assert isinstance(inverse.error, ZeroDivisionError)
    with pytest.raises(OSError, match="full"):
        _ = copied.result


def test_only_what_has_ended_well_and_says_yes_came_true():
    failed = Pending[bool]()
    assert not failed.came_true
    with pytest.raises(RuntimeError, match="not ended"):
        _ = failed.result
    failed.fail(OSError())
    assert [failed.came_true, ended(False).came_true, ended(True).came_true] == [False, False, True]
