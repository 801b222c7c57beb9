"""A unit's near field, put together: keys, adverts, the wave, the service. In memory while that is done."""

import os
from binascii import unhexlify

from corolle.radio.ble.counter import Counter
from corolle.radio.ble.near import Near
from corolle.radio.ble.service import Service
from corolle.radio.key import Key
from corolle.system.version import VERSION
from corolle.units.near_desk import NearDesk
from corolle.wire.compat import const
from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.wave import Wave

_BORN_S = const(1767225600)  # 2026-01-01: no unit adverted before


def build(ble, common, kind: str, unit, keys: dict, placed: dict) -> tuple:
    """Tasks for the supervisor, (name, start). `ble` is an active bluetooth.BLE().

    `keys` are those of keys.json in hexadecimal: app_key, and group_key where the street has one. `placed` is
    how many posts away some neighbours are, by their numbers.

    KeyError or ValueError: a key is missing or impossible. OSError: the radio refuses.
    """
    desk, app_key = NearDesk(kind, common, unit), Key(unhexlify(keys["app_key"]))
    listens = "group_key" in keys and hasattr(unit, "attach")
    wave = Wave(Key(unhexlify(keys["group_key"]))) if listens else None
    bind_key, service_key = [Key(derive(app_key, label)) for label in (BIND, SERVICE)]
    clock, identity = common.clock, (kind, common.dev_eui, VERSION)
    service = Service(ble, service_key, Key, identity, desk.answer, clock.uptime_s, common.refused)
    counter = Counter(common.store, lambda: _first_number(common))
    parts = ble, counter, bind_key, desk.readings, wave, common.number
    on_passing = unit.heard if listens else None
    near = Near(*parts, clock.now_or_none, on_passing, common.refused, service)
    if listens:
        unit.attach(near.tell, placed)
    return ("near", near.run), ("service", service.run)


def _first_number(common) -> int:
    """Where a count begins that nothing is known of: above all numbers that this key may have been used with.

    Over the years they are used slower than one a second. Without the time it is drawn from the upper half:
    what is used in a year is a 600th of that.
    """
    now_s = common.clock.now_or_none()
    number = now_s - _BORN_S if now_s else int.from_bytes(os.urandom(4), "little") | 1 << 31
    common.log("counter", level="warn", begins=number)
    return number
