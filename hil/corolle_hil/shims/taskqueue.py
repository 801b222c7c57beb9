"""asyncio's tasks and their queue on the street's clock; the interpreter's own read the real one.

`asyncio.core` prescribes what a task carries: `coro`, `data` (what it waits in, or what is thrown
into it next), `state` (True while nobody awaits it, a queue of those who do, None or False when it
has ended) and `ph_key` (the ticks at which it is due).
"""

from time import ticks_ms

_PERIOD = 1 << 30


class TaskQueue:
    """Tasks by the time they are due; equal times keep their order."""

    def __init__(self):
        self._tasks = []

    def peek(self):
        """The next task, or None."""
        return self._tasks[0] if self._tasks else None

    def push(self, task, key=None):
        """Queue a task for the ticks `key` (now without)."""
        task.data = None
        task.ph_key = ticks_ms() if key is None else key
        due = task.ph_key
        i = 0
        for other in self._tasks:
            if (other.ph_key - due - 1) % _PERIOD < _PERIOD // 2:  # it is later: ticks_diff() without a call
                break
            i += 1
        self._tasks.insert(i, task)

    def pop(self):
        """Take the next task."""
        return self._tasks.pop(0)

    def remove(self, task):
        """Take this task out."""
        self._tasks.remove(task)


class Task:
    """A coroutine on its way."""

    def __init__(self, coro, globals=None):
        self.coro = coro
        self.data = None
        self.state = True
        self.ph_key = 0

    def __iter__(self):
        if self.state is True:
            self.state = TaskQueue()
        elif not self.state:
            self.state = False
        elif not isinstance(self.state, TaskQueue):
            raise RuntimeError("can't wait")
        return self

    def __next__(self):
        if not self.state:
            raise self.data
        waiting = _core().cur_task
        self.state.push(waiting)
        waiting.data = self

    def done(self):
        """Whether it has ended."""
        return not self.state

    def cancel(self):
        """Have CancelledError raised in it, or in the task it awaits; False when it has ended."""
        core = _core()
        if self is core.cur_task:
            raise RuntimeError("can't cancel self")
        if not self.state:
            return False
        innermost = self
        while isinstance(innermost.data, Task):
            innermost = innermost.data
        queue = innermost.data if hasattr(innermost.data, "remove") else core._task_queue
        queue.remove(innermost)
        core._task_queue.push(innermost)
        innermost.data = core.CancelledError
        return True


def _core():
    import asyncio.core

    return asyncio.core
