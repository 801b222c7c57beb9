"""What the network answers to MAC commands of a unit."""

import math

from corolle.wire import mac_commands as mac

from corolle_gateway.links.lorawan.adr import floor_db
from corolle_gateway.model import Radio

_GPS_EPOCH_S = 315_964_800  # 1980-01-06 in unix time
_LEAP_SECONDS = 18  # GPS is so far ahead of UTC since 2017


def answers(commands: list[tuple[int, bytes]], radio: Radio, time_s: float | None) -> bytes:
    """The FOpts to answer with. `time_s`: when the uplink ended, None when the clock is not to be believed.

    What the network has not asked for is not answered, and DeviceTimeReq not without a clock (clause 5.9).
    """
    asked = {cid for cid, _ in commands}
    f_opts = b""
    if mac.LINK_CHECK in asked:
        f_opts += mac.build(mac.LINK_CHECK, False, _margin_db(radio), min(radio.gateway_count, 255))
    if mac.DEVICE_TIME in asked and time_s is not None:
        f_opts += mac.build(mac.DEVICE_TIME, False, *_gps(time_s))
    return f_opts


def gps_to_unix_s(gps_ms: int) -> float:
    """GPS milliseconds, as a concentrator with a receiver gives them, in unix seconds."""
    return gps_ms / 1000 + _GPS_EPOCH_S - _LEAP_SECONDS


def _margin_db(radio: Radio) -> int:
    return min(max(math.floor(radio.snr_db - floor_db(radio.dr)), 0), 254)


def _gps(time_s: float) -> tuple[int, int]:
    """(whole seconds since the GPS epoch modulo 2**32, 1/256 s)."""
    ticks = round((time_s - _GPS_EPOCH_S + _LEAP_SECONDS) * 256)
    return (ticks >> 8) & 0xFFFF_FFFF, ticks & 0xFF
