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
handlers = {}  # kind << 8 | which -> function


def post(op, a=0, b=0, payload=b""):
    """Send a request that has no reply."""
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
    global now_us
    struct.pack_into(_WAIT, _request, 0, ops.WAIT, 0, 8, 0, ops.FOREVER if until_us is None else until_us)
    _out.write(_request, ops.REQUEST_BYTES + 8)
    if _in.readinto(_woken) != ops.REPLY_BYTES:
        sys.exit()
    n = (_woken[0] >> 16) - ops.SHORT_BYTES
    now_us = _woken[1] | _woken[2] << 32
    if n:
        _dispatch(_in.read(n))
    return n > 0


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
