"""The board's end of the socket to its world: calls, posts, interrupts and the clock."""

import array
import errno
import struct
import sys

import ops

_SOCKET_FD = 3  # where the fork server leaves it

_out = open(_SOCKET_FD, "wb", 0)
_in = open(_SOCKET_FD, "rb", 0)
_head = bytearray(ops.REPLY_BYTES)
_request = bytearray(ops.REQUEST_BYTES + 4096)
_bare = memoryview(_request)[: ops.REQUEST_BYTES]
# A wait is by far the most frequent request: it has buffers of its own, and takes no memory.
_wait = bytearray(ops.REQUEST_BYTES + 8)
_woken = array.array(
    "I", (0, 0, 0)
)  # the reply's head, then the time: a number read from here takes none either

now_us = 0  # street time, as of the last wait
handlers = {}  # kind << 8 | which -> function


def post(op, a=0, b=0, payload=b""):
    """Send a request that has no reply."""
    n = len(payload)
    struct.pack_into(ops.REQUEST, _request, 0, op, a, n, b)
    if not n:
        _out.write(_bare)
        return
    _request[ops.REQUEST_BYTES : ops.REQUEST_BYTES + n] = payload
    _out.write(memoryview(_request)[: ops.REQUEST_BYTES + n])


def call(op, a=0, b=0, payload=b"", into=None):
    """Send a request, wait for its reply and return its bytes; interrupts run before it returns.

    `into`: a buffer for the reply, so that a long one takes no memory from the firmware.
    Raises OSError with the errno the world gave.
    """
    status, data = exchange(op, a, b, payload, into)
    if status:
        raise OSError(status)
    return data


def exchange(op, a, b, payload, into=None):
    """Like `call`, but give the status back: (status, bytes)."""
    post(op, a, b, payload)
    status, pending, data = _reply(into)
    if pending:
        post(ops.TAKE)
        _dispatch(_reply()[2])
    return status, data


def wait(until_us):
    """Tell the world that nothing happens here until `until_us` (None: until an interrupt)."""
    global now_us
    struct.pack_into(ops.REQUEST, _wait, 0, ops.WAIT, 0, 8, 0)
    struct.pack_into("<Q", _wait, ops.REQUEST_BYTES, ops.FOREVER if until_us is None else until_us)
    _out.write(_wait)
    if _in.readinto(_woken) != 12:
        sys.exit()
    n = (_woken[0] >> 16) - 8
    now_us = _woken[1] | _woken[2] << 32
    if n:
        _dispatch(_in.read(n))


def _reply(into=None):
    if _in.readinto(_head) != ops.REPLY_BYTES:
        sys.exit()
    status, pending, n = struct.unpack(ops.REPLY, _head)
    if into is not None and n == len(into):
        _in.readinto(into)
        return status, pending, into
    return status, pending, _in.read(n) if n else b""


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
