"""asyncio on the street's time: what Bumble believes to be its event loop."""

import asyncio
import contextvars
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from corolle_hil.scheduler import Handle, Scheduler

_US = 1_000_000


class StreetLoop(asyncio.AbstractEventLoop):
    """An event loop whose clock is the scheduler's.

    A timer is a happening of the street. When one expires, or somebody enters by `run`, all that is ready
    runs before street time goes on; so a task sees no other clock, and a street runs twice the same way.
    It waits for no sockets: whoever has one reads it by the scheduler.

    Args:
        on_error: called with what asyncio says of a callback or task that failed; without it the street ends.
    """

    def __init__(self, scheduler: Scheduler, on_error: Callable[[dict[str, Any]], None] | None = None):
        self._scheduler = scheduler
        self._on_error = on_error or _raise
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: dict[int, Handle] = {}  # by identity: timers of one moment may be equal
        self._running = False
        self._queued = False  # a turn is among the happenings of this moment

    def run(self, fn: Callable[..., Any], *args: Any) -> Any:
        """Call `fn(*args)` inside the loop, then everything it made ready; returns what `fn` returned."""
        if self._running:
            return fn(*args)
        events._set_running_loop(self)
        self._running = True
        try:
            result = fn(*args)
            self._drain()
        finally:
            self._running = False
            events._set_running_loop(None)
        return result

    def _drain(self) -> None:
        while self._ready:
            handle = self._ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _turn(self) -> None:
        self._queued = False
        self.run(_nothing)

    def _expire(self, timer: asyncio.TimerHandle) -> None:
        del self._timers[id(timer)]
        self._ready.append(timer)
        self.run(_nothing)

    def time(self) -> float:
        """Street time in seconds."""
        return self._scheduler.now_us / _US

    def call_soon(
        self, callback: Callable[..., Any], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """Call at this moment of street time, after what is ready already."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        if not self._running and not self._queued:
            self._queued = True
            self._scheduler.at(self._scheduler.now_us, self._turn)
        return handle

    def call_later(
        self,
        delay: float,
        callback: Callable[..., Any],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call in `delay` seconds of street time."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[..., Any],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call at `when` seconds of street time."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._timers[id(timer)] = self._scheduler.at(round(when * _US), self._expire, timer)
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        happening = self._timers.pop(id(handle), None)
        if happening:
            happening.cancel()

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[Any]:
        """Run a coroutine from this moment on."""
        return asyncio.Task(coro, loop=self, name=name, context=context)

    def is_running(self) -> bool:
        """Whether something of it runs right now."""
        return self._running

    def is_closed(self) -> bool:
        """It lives as long as its street."""
        return False

    def get_debug(self) -> bool:
        """Never: what asyncio's debugging measures is real time."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Something failed and nobody waits for it."""
        self._on_error(context)


def _nothing() -> None:
    """Enter the loop for what is ready."""


def _raise(context: dict[str, Any]) -> None:
    raise RuntimeError(context["message"]) from context.get("exception")
