"""Keeps the tasks alive: one that raises is started again, one that hangs leads to a reset."""

import asyncio
import gc

from corolle.wire.compat import const

FEED_S = 85  # how often the watchdog is fed, while every task is alive
WATCHDOG_MS = 180_000  # two feeds missed
_GRACE_S = const(60)  # a task may be this late: a radio exchange or a flash write of another's
_FIRST_PAUSE_S = const(1)
_LONGEST_PAUSE_S = const(300)
_STEADY_S = const(600)  # a task that ran this long starts again without a longer pause


class Task:
    """One task and the moment by which it said it would be back."""

    def __init__(self, name: str, start, uptime_s):
        self.name = name
        self.start = start  # async function of one argument, `alive`
        self.running: asyncio.Task | None = None
        self.restarts = 0
        self.pause_s = _FIRST_PAUSE_S
        self._uptime_s = uptime_s
        self.due_s = uptime_s()  # by when it will have called

    def alive(self, for_s: int) -> None:
        """Called by the task: it is well, and will call again within `for_s` seconds."""
        self.due_s = self._uptime_s() + for_s


class Supervisor:
    """`watchdog` is machine.WDT; functions in `on_restart` get the error of every task that raised."""

    def __init__(self, log, uptime_s, watchdog):
        self._log = log
        self._uptime_s = uptime_s
        self._watchdog = watchdog
        self.on_restart: list = []
        self._tasks: list = []

    def spawn(self, name: str, start) -> None:
        """Run `start(alive)` as a task for ever, or until it returns True: then it has done its work."""
        task = Task(name, start, self._uptime_s)
        self._tasks.append(task)
        task.running = asyncio.create_task(self._keep(task))

    def restarts(self) -> int:
        """How often a task had to be started again since the boot."""
        return sum(task.restarts for task in self._tasks)

    async def run(self) -> None:
        """Feed the watchdog while all tasks are alive."""
        while True:
            if not self._hung():
                self._watchdog.feed()
            await asyncio.sleep(FEED_S)

    def _hung(self) -> bool:
        now_s = self._uptime_s()
        hung = False
        for task in self._tasks:
            late_s = now_s - task.due_s - _GRACE_S
            if late_s > 0:
                hung = True
                self._log("hung", level="error", task=task.name, late_s=late_s)
        return hung

    async def _keep(self, task: Task) -> None:
        while True:
            began_s = self._uptime_s()
            try:
                if await task.start(task.alive):
                    self._tasks.remove(task)
                    return
                raise RuntimeError(task.name + " ended")
            except Exception as error:  # noqa: BLE001 - this is the place where a task's failure ends
                self._failed(task, error, self._uptime_s() - began_s)
            task.alive(task.pause_s)
            await asyncio.sleep(task.pause_s)

    def _failed(self, task: Task, error: Exception, ran_s: int) -> None:
        task.restarts += 1
        again = _FIRST_PAUSE_S if ran_s >= _STEADY_S else task.pause_s * 2
        task.pause_s = min(again, _LONGEST_PAUSE_S)
        gc.collect()
        try:
            self._log("restart", level="error", task=task.name, error=repr(error), pause_s=task.pause_s)
            for told in self.on_restart:
                told(error)
        except MemoryError:
            gc.collect()  # what is missing may be memory: the task begins again, though nobody was told
