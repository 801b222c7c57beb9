"""MAC commands of LoRaWAN 1.0.4, chapter 5, both ways: one table, and what reads and writes by it.

One CID serves for a request and its answer, told apart by direction.
"""

from corolle.wire.bits import BitReader
from corolle.wire.compat import const
from corolle.wire.errors import FrameError

LINK_CHECK = const(0x02)
LINK_ADR = const(0x03)
DUTY_CYCLE = const(0x04)
RX_PARAM_SETUP = const(0x05)
DEV_STATUS = const(0x06)
NEW_CHANNEL = const(0x07)
RX_TIMING_SETUP = const(0x08)
DL_CHANNEL = const(0x0A)
DEVICE_TIME = const(0x0D)

# A line is a CID, its direction, and its fields in the order of the bits on the air: name:width. The bytes of
# <width are little-endian; fields without a name are reserved, sent as 0 and ignored.
#   freq in 100 Hz; delay_s 0 stands for 1; fraction in 1/256 s; max_duty_cycle n is 1 / 2**n
#   data_rate 15, tx_power 15, nb_trans 0: keep what there is
#   margin_db: down above the demodulation floor, up the SNR with sign in 6 bits
#   battery: 0 external power, 1 to 254 of full, 255 unknown
_TABLE = """
2u
2d margin_db:8 gateways:8
3u :5 power_ok:1 data_rate_ok:1 mask_ok:1
3d data_rate:4 tx_power:4 ch_mask:<16 :1 ch_mask_cntl:3 nb_trans:4
4u
4d :4 max_duty_cycle:4
5u :5 rx1_offset_ok:1 rx2_dr_ok:1 freq_ok:1
5d :1 rx1_dr_offset:3 rx2_dr:4 freq:<24
6u battery:8 :2 margin_db:6
6d
7u :6 data_rates_ok:1 freq_ok:1
7d index:8 freq:<24 max_dr:4 min_dr:4
8u
8d :4 delay_s:4
10u :6 channel_ok:1 freq_ok:1
10d index:8 freq:<24
13u
13d gps_s:<32 fraction:8
"""


def parse(data: bytes, uplink: bool) -> list:
    """The (CID, payload) pairs of FOpts or of a payload on FPort 0, in their order.

    A command that is not known ends the list, for its length is not known either (clause 5). FrameError when
    the last one is cut off.
    """
    commands = []
    i = 0
    while i < len(data):
        fields = _fields(data[i], uplink)
        if fields is None:
            break
        end = i + 1 + sum(width for _, width, _ in fields) // 8
        if end > len(data):
            raise FrameError("mac command cut off")
        commands.append((data[i], bytes(data[i + 1 : end])))
        i = end
    return commands


def read(cid: int, uplink: bool, payload: bytes) -> tuple:
    """The values of a payload that parse() gave, in the order of the table."""
    reader = BitReader(payload)
    values = []
    for name, width, little in _fields(cid, uplink) or ():
        value = reader.take(width)
        if little:
            value = int.from_bytes(value.to_bytes(width // 8, "big"), "little")
        if name:
            values.append(value)
    return tuple(values)


def build(cid: int, uplink: bool, *values: int) -> bytes:
    """A whole command, CID included, from the values in the order of the table."""
    packed = 0
    total = 0
    place = 0
    for name, width, little in _fields(cid, uplink) or ():
        value = int(values[place]) if name else 0
        place += bool(name)
        if little:
            value = int.from_bytes(value.to_bytes(width // 8, "little"), "big")
        packed = packed << width | value & ((1 << width) - 1)
        total += width
    return bytes((cid,)) + packed.to_bytes(total // 8, "big")


def _fields(cid: int, uplink: bool) -> list | None:
    """(name, width, whether it is little-endian) of each field, None when there is no such command."""
    start = _TABLE.find("\n{}{}".format(cid, "u" if uplink else "d"))
    if start < 0:
        return None
    fields = []
    for field in _TABLE[start : _TABLE.find("\n", start + 1)].split()[1:]:
        name, _, width = field.partition(":")
        fields.append((name, int(width.lstrip("<")), width[0] == "<"))
    return fields
