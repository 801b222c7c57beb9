"""Several boards at once."""

import io
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

_Board = TypeVar("_Board")
_Result = TypeVar("_Result")


def at_once(work: Callable[[_Board], _Result], boards: Sequence[_Board]) -> list[_Result]:
    """What the work comes to for each of them, in their order.

    A thread each, for nearly all of the time is waiting for the board. None outlives the command: ctrl-C is
    to a board what a pulled cable is.
    """
    futures: list[Future[_Result]] = [Future() for _ in boards]
    for board, future in zip(boards, futures, strict=True):
        threading.Thread(target=_settle, args=(future, work, board), daemon=True).start()
    return [future.result() for future in futures]


def _settle(future: Future, work: Callable[[Any], Any], board: Any) -> None:
    try:
        future.set_result(work(board))
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
        future.set_exception(error)


class Quiet:
    """Nothing is printed while anybody is inside: many threads may be, unlike with redirect_stdout."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._stdout = sys.stdout

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._stdout, sys.stdout = sys.stdout, io.StringIO()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                sys.stdout = self._stdout
