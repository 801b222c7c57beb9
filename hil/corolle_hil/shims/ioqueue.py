"""asyncio's wait for input: the board tells its world how long nothing happens here."""

import asyncio.core as core

import link

_POLL = 3  # MP_STREAM_POLL
_READABLE = 1
_WRITABLE = 4


class _Polled:
    """A stream of the port's own, as the console is: `select` alone can ask it."""

    def __init__(self, stream):
        import select  # no simulated part is such a stream: a board that listens to none has no use for it

        self._poll = select.poll()
        self._poll.register(stream, select.POLLIN)

    def ioctl(self, request, flags):
        """What of `flags` is so."""
        return flags & _READABLE if self._poll.poll(0) else 0


class IOQueue:
    """Tasks that wait for a stream or a flag, found ready by the stream's own ioctl."""

    def __init__(self):
        self.map = {}  # id of stream -> [stream, reader, writer]; the loop reads its truth
        self._quiet = False  # the last wait ended by its time, and nothing has run since

    def _enqueue(self, stream, place):
        entry = self.map.get(id(stream))
        if entry is None:
            entry = self.map[id(stream)] = [
                stream if hasattr(stream, "ioctl") else _Polled(stream),
                None,
                None,
            ]
        entry[place] = core.cur_task
        core.cur_task.data = self

    def queue_read(self, stream):
        """Let the current task wait until the stream is readable."""
        self._enqueue(stream, 1)

    def queue_write(self, stream):
        """Let the current task wait until the stream is writable."""
        self._enqueue(stream, 2)

    def remove(self, task):
        """A task that waited was cancelled."""
        for key, entry in list(self.map.items()):
            if task in entry[1:]:
                del self.map[key]

    def wait_io_event(self, dt_ms):
        """Wait at most dt_ms (for ever when negative) for an interrupt; wake who can go on."""
        quiet, self._quiet = self._quiet, False
        if not quiet and self._wake_ready():
            return
        if not dt_ms:
            return
        until_us, head = None if dt_ms < 0 else link.now_us + dt_ms * 1000, core._task_queue.peek()
        # Most interrupts only count a pulse: then nobody need look for who is due.
        while link.wait(until_us):
            if self._wake_ready() or core._task_queue.peek() is not head:
                return
        self._quiet = True

    def _wake_ready(self):
        """Asked at every turn, and mostly in vain: that takes no memory, and hardly a call."""
        woken = False
        for entry in self.map.values():
            reader, writer = entry[1], entry[2]
            if reader and entry[0].ioctl(_POLL, _READABLE) & _READABLE:
                entry[1] = None
                core._task_queue.push(reader)
                woken = True
            if writer and entry[0].ioctl(_POLL, _WRITABLE) & _WRITABLE:
                entry[2] = None
                core._task_queue.push(writer)
                woken = True
        if woken:
            for key in [key for key in self.map if not (self.map[key][1] or self.map[key][2])]:
                del self.map[key]
        return woken
