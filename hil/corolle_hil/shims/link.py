"""The board's end of the socket to its world: calls, posts, interrupts and the clock."""

import array
import errno
import struct
import sys

import ops

_SOCKET_FD = 3  # where the fork server leaves it
_WAIT = ops.REQUEST + "Q"

_out = open(_SOCKET_FD, "wb", 0)
_in = open(_SOCKET_FD, "rb", 0)
_request = bytearray(ops.REQUEST_BYTES + 4096)
_answer = bytearray(ops.REPLY_BYTES)
_short = memoryview(_answer)[ops.HEAD_BYTES :]  # what a reply carries in its first bytes
# A wait is by far the most frequent request: its reply has a place of its own, and takes no memory.
_woken = array.array(
    "I", (0, 0, 0)
)  # the reply's head, then the time: numbers read from here take none either

now_us = 0  # street time, as of the last wait
turn = 0  # counts what may change a wire's level: waits, and all requests but for a level
handlers = {}  # kind << 8 | which -> function
_pulse = b""  # the record of a train's pulse
_period_us = 0  # from one to the next
_ahead = _taken = 0  # how many are still to come, and were heard


def post(op, a=0, b=0, payload=b""):
    """Send a request that has no reply."""
    global turn
    if op != ops.PIN_LEVEL:
        turn += 1
    if _ahead or _taken:
        _end_train()
    n = len(payload)
    struct.pack_into(ops.REQUEST, _request, 0, op, a, n, b)
    if n:
        _request[ops.REQUEST_BYTES : ops.REQUEST_BYTES + n] = payload
    _out.write(_request, ops.REQUEST_BYTES + n)


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
    """Tell the world that nothing happens here until `until_us` (None: until an interrupt).

    Returns whether there were interrupts.
    """
    global now_us, turn
    turn += 1
    if _ahead and (until_us is None or now_us + _period_us <= until_us):
        return _take_pulse()
    if _ahead or _taken:
        _end_train()
    struct.pack_into(_WAIT, _request, 0, ops.WAIT, 0, 8, 0, ops.FOREVER if until_us is None else until_us)
    _out.write(_request, ops.REQUEST_BYTES + 8)
    if _in.readinto(_woken) != ops.REPLY_BYTES:
        sys.exit()
    n = (_woken[0] >> 16) - ops.SHORT_BYTES
    now_us = _woken[1] | _woken[2] << 32
    if n:
        records = _in.read(n)
        if n == ops.RECORD_BYTES + ops.TRAIN_BYTES and records[ops.RECORD_BYTES] == ops.TRAIN:
            records = _begin_train(records)
        _dispatch(records)
    return n > 0


def _begin_train(records):
    global _pulse, _period_us, _ahead
    _pulse = records[: ops.RECORD_BYTES]
    _ahead, _period_us = struct.unpack_from(ops.TRAIN_FORMAT, records, ops.RECORD_BYTES)[1:]
    return _pulse


def _take_pulse():
    global now_us, _ahead, _taken
    now_us += _period_us
    _ahead -= 1
    _taken += 1
    _dispatch(_pulse)
    return True


def _end_train():
    """Something else than a wait for the next pulse: the world is told how far the board has come."""
    global _ahead, _taken
    taken, _ahead, _taken = _taken, 0, 0
    if taken:
        post(ops.TOOK, 0, taken)


def _reply(into=None):
    if _in.readinto(_answer) != ops.REPLY_BYTES:
        sys.exit()
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
            try:
                handler()
            except Exception as error:  # noqa: BLE001 - as the interrupt scheduler of MicroPython does
                sys.print_exception(error)


def not_there(what):
    """The error of a bus or pin that does not exist."""
    return OSError(errno.ENODEV, what)
