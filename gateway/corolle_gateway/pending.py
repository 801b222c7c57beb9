"""What becomes of something that is on its way to the disk."""

import asyncio
from collections.abc import Callable, Generator, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")

_Tell = Callable[["Pending[Any]"], object]
_NOBODY: list[_Tell] = []  # asks any more


class Pending(Generic[T]):
    """Ends with a result or an error; who awaits it gets the one, or has the other raised. Nobody cancels it.

    asyncio's futures give each callback a turn of the event loop of its own: where an uplink has half a dozen
    of them, that takes longer than all they do. Here they are called as it ends, in the order of asking.

    Attributes:
        came_true: it has ended well, and what it was asked is so.
        is_done: it has ended.
        error: what went wrong, if something did.
    """

    __slots__ = ("_asked", "_result", "came_true", "error", "is_done")

    def __init__(self) -> None:
        self._asked: list[Callable[[Pending[T]], object]] = []
        self._result: Any = None
        self.error: BaseException | None = None
        self.is_done = self.came_true = False

    @property
    def result(self) -> T:
        """What it has ended with. Raises what went wrong instead, and RuntimeError before the end."""
        if not self.is_done:
            raise RuntimeError("it has not ended yet")
        if self.error:
            raise self.error
        return self._result

    def then(self, tell: "Callable[[Pending[T]], object]") -> None:
        """Call `tell` with this at the end; at once, if that has been."""
        if self.is_done:
            _tell_all([(self, [tell])])
        else:
            self._asked.append(tell)

    def succeed(self, result: T) -> None:
        """It has ended well."""
        end([(self, result, None)])

    def fail(self, error: BaseException) -> None:
        """It has not."""
        end([(self, None, error)])

    def map(self, make: Callable[[T], U]) -> "Pending[U]":
        """Another one that ends after this one, with what `make` makes of its result."""
        other: Pending[U] = Pending()

        def follow(done: Pending[T]) -> None:
            if done.error:
                other.fail(done.error)
                return
            try:
                other.succeed(make(done.result))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is for those who wait
                other.fail(error)

        self.then(follow)
        return other

    def __await__(self) -> Generator[Any, None, T]:
        if not self.is_done:
            woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.then(lambda _: None if woken.done() else woken.set_result(None))
            yield from woken
        return self.result


def end(outcomes: "Iterable[tuple[Pending[Any], Any, BaseException | None]]") -> None:
    """What has ended together, each with its result or its error."""
    told: list[tuple[Pending[Any], list[_Tell]]] = []
    for pending, result, error in outcomes:
        pending._result, pending.error = result, error
        pending.came_true, pending.is_done = error is None and bool(result), True
        told.append((pending, pending._asked))
        pending._asked = _NOBODY
    _tell_all(told)


def _tell_all(going: list[tuple[Pending[Any], list[_Tell]]]) -> None:
    """Those who asked first of each, then those who asked second: mostly it is the same code for all.

    As asyncio has it: a fault in one who is told keeps it from nobody else, and is reported.
    """
    place = 0
    while going := [each for each in going if len(each[1]) > place]:
        for pending, asked in going:
            try:
                asked[place](pending)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are told
                fault = {"message": f"{asked[place]} failed", "exception": error}
                asyncio.get_running_loop().call_exception_handler(fault)
        place += 1


def ended(result: T) -> Pending[T]:
    """What needs no waiting for."""
    pending: Pending[T] = Pending()
    pending.succeed(result)
    return pending
