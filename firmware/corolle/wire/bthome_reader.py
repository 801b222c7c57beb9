"""The receiver's half of BTHome v2: adverts of units opened with their bind keys."""

from corolle.wire.bthome import INFO, MIC_BYTES, nonce, shape
from corolle.wire.ccm import unseal
from corolle.wire.compat import const
from corolle.wire.errors import FrameError

_COUNTER_END = const(-4)
_BODY_END = const(-8)


def read(service_data: bytes, key, mac: bytes, after: int = -1) -> tuple:
    """(counter, readings as (object id, value)), of service data under 0xFCD2 without the UUID.

    FrameError: "length"; "not encrypted"; "mic", which is a wrong key as well; "repeated" and "replayed" for
    a counter that is, or lies before, `after`: the last one believed; "unknown object"; "order".
    """
    if len(service_data) < 1 - _BODY_END:
        raise FrameError("length")
    if service_data[0] != INFO:
        raise FrameError("not encrypted")
    counter = int.from_bytes(service_data[_BODY_END:_COUNTER_END], "little")
    sealed = service_data[1:_BODY_END] + service_data[_COUNTER_END:]
    clear = unseal(key, nonce(mac, counter), sealed, MIC_BYTES)
    if counter <= after:
        raise FrameError("repeated" if counter == after else "replayed")
    return counter, unpack(clear)


def unpack(clear: bytes) -> list:
    """The objects of a packet. FrameError "unknown object", "length", or "order" when ids do not ascend."""
    readings = []
    start = last = 0
    while start < len(clear):
        object_id = clear[start]
        if object_id < last:
            raise FrameError("order")
        size, signed, decimals = _known(object_id)
        end = start + 1 + size
        if end > len(clear):
            raise FrameError("length")
        raw = int.from_bytes(clear[start + 1 : end], "little")
        if signed and raw >> 8 * size - 1:
            raw -= 1 << 8 * size
        readings.append((object_id, raw / 10**decimals if decimals else raw))
        start, last = end, object_id
    return readings


def _known(object_id: int) -> tuple:
    try:
        return shape(object_id)
    except ValueError:
        cause = FrameError("unknown object")
    raise cause
