"""The board's end of the socket to its world: calls, posts, interrupts and the clock.

With each reply the world says until when nothing happens in it. So far the board waits by itself; most of its
waits are short, and to ask for each would take longer than all that the board does between them.
"""

import array
import errno
import struct
import sys

import ops
import timers
import uctypes

_SOCKET_FD = 3  # where the fork server leaves it
_TIMED = ops.REQUEST + "Q"
_TIMED_BYTES = ops.REQUEST_BYTES + 8
_AT = ops.REQUEST + ops.AT_FORMAT[1:]
_AT_TOTAL_BYTES = ops.REQUEST_BYTES + ops.AT_BYTES

_out = open(_SOCKET_FD, "wb", 0)
_in = open(_SOCKET_FD, "rb", 0)
_request = bytearray(_AT_TOTAL_BYTES + ops.REQUEST_BYTES + 4096)
# A reply as numbers (its head, its first bytes or the time, until when all is quiet) and as bytes: what is
# read from here takes no memory, as numbers of 64 bits would.
_words = array.array("I", (0, 0, 0, 0, 0, 0))
_answer = uctypes.bytearray_at(uctypes.addressof(_words), ops.REPLY_BYTES)
_short = memoryview(_answer)[ops.HEAD_BYTES : ops.HEAD_BYTES + ops.SHORT_BYTES]

now_us = 0  # street time
turn = 0  # counts what may change a wire's level: waits, and all requests but for a level
handlers = {}  # kind << 8 | which -> function
_told_us = 0  # the street time that the world knows of
_fed_us = 0  # the last feed of the watchdog that it does not know of
_quiet_us = 0  # before that nothing happens
_pulse = b""  # the record of a train's pulse
_pulse_us = _period_us = 0  # the next one, and from one to the next
_ahead = _taken = 0  # how many are still to come, and were heard


def begin(at_us):
    """The board is born."""
    global now_us, _told_us
    now_us = _told_us = at_us


def stay():
    """Something was done that the world is to find at its moment: ask it for the next wait."""
    global _quiet_us, _ahead
    _quiet_us = _ahead = 0


def feed():
    """The watchdog was fed. It bites later than the world thinks: what comes next says so in time."""
    global _fed_us
    _fed_us = now_us


def post(op, a=0, b=0, payload=b""):
    """Send a request that has no reply."""
    global turn, _quiet_us
    if op != ops.PIN_LEVEL:
        turn += 1
    start = _tell_time()
    _quiet_us = 0  # who knows what comes of it
    n = len(payload)
    struct.pack_into(ops.REQUEST, _request, start, op, a, n, b)
    start += ops.REQUEST_BYTES
    if n:
        _request[start : start + n] = payload
    _out.write(_request, start + n)


def call(op, a=0, b=0, payload=b"", into=None):
    """Send a request, wait for its reply and return its bytes; interrupts run before it returns.

    `into`: a buffer for a long reply, so that it takes no memory from the firmware.
    Raises OSError with the errno the world gave.
    """
    status, data = exchange(op, a, b, payload, into)
    if status:
        raise OSError(status)
    return data


def exchange(op, a, b, payload, into=None):
    """Like `call`, but give the status back: (status, bytes)."""
    post(op, a, b, payload)
    data = _reply(into)
    status = _answer[0]
    if _answer[1]:
        post(ops.TAKE)
        _dispatch(_reply())
    return status, data


def wait(until_us):
    """Let time go by until `until_us` (None: until an interrupt), or an interrupt.

    Returns whether there were interrupts.
    """
    global now_us, turn
    turn += 1
    due_us = timers.due_us
    if until_us is not None and until_us < due_us:
        due_us = until_us
    if _ahead and _pulse_us <= due_us:
        return _take_pulse()
    if due_us >= _quiet_us:
        return _ask(due_us)
    if due_us > now_us:
        now_us = due_us
    return _expire()


def look():
    """Ask what time it is: where it goes on while the board computes or stands at its prompt."""
    _ask(now_us)


def _ask(until_us):
    """Tell the world that nothing happens here until then."""
    global now_us, _told_us, _quiet_us
    start = _tell_time()
    struct.pack_into(_TIMED, _request, start, ops.WAIT, 0, 8, 0, until_us)
    _out.write(_request, start + _TIMED_BYTES)
    if _in.readinto(_answer) != ops.REPLY_BYTES:
        sys.exit()
    n = (_words[0] >> 16) - ops.SHORT_BYTES
    now_us = _told_us = _words[2] | _words[3] << 32
    _quiet_us = _words[4] | _words[5] << 32
    if n:
        records = _in.read(n)
        if n == ops.RECORD_BYTES + ops.TRAIN_BYTES and records[ops.RECORD_BYTES] == ops.TRAIN:
            records = _begin_train(records)
        _dispatch(records)
    return _expire() or n > 0


def _expire():
    """Run the timers that are due; whether there were any."""
    if now_us < timers.due_us:
        return False
    while now_us >= timers.due_us:
        _run(timers.take())
    return True


def _begin_train(records):
    global _pulse, _pulse_us, _period_us, _ahead
    _pulse = records[: ops.RECORD_BYTES]
    _ahead, _period_us = struct.unpack_from(ops.TRAIN_FORMAT, records, ops.RECORD_BYTES)[1:]
    _pulse_us = now_us + _period_us
    return _pulse


def _take_pulse():
    global now_us, _pulse_us, _ahead, _taken
    now_us = _pulse_us
    _pulse_us += _period_us
    _ahead -= 1
    _taken += 1
    _dispatch(_pulse)
    return True


def _tell_time():
    """Before all else the world is told how far the board has come; returns the bytes that takes."""
    global _told_us, _fed_us, _ahead, _taken
    taken, _ahead, _taken = _taken, 0, 0
    if not taken and not _fed_us and now_us == _told_us:
        return 0
    struct.pack_into(_AT, _request, 0, ops.AT, 0, ops.AT_BYTES, taken, now_us, _fed_us)
    _told_us, _fed_us = now_us, 0
    return _AT_TOTAL_BYTES


def _reply(into=None):
    global _quiet_us
    if _in.readinto(_answer) != ops.REPLY_BYTES:
        sys.exit()
    _quiet_us = _words[4] | _words[5] << 32
    n = _answer[2] | _answer[3] << 8
    if n <= ops.SHORT_BYTES:
        return bytes(_short[:n])
    if into is None or n != len(into):
        return bytes(_short) + _in.read(n - ops.SHORT_BYTES)
    into[: ops.SHORT_BYTES] = _short
    _in.readinto(memoryview(into)[ops.SHORT_BYTES :])
    return into


def _dispatch(records):
    for i in range(0, len(records), 2):
        handler = handlers.get(records[i] << 8 | records[i + 1])
        if handler:
            _run(handler)


def _run(handler):
    try:
        handler()
    except Exception as error:  # noqa: BLE001 - as the interrupt scheduler of MicroPython does
        sys.print_exception(error)


def not_there(what):
    """The error of a bus or pin that does not exist."""
    return OSError(errno.ENODEV, what)
