"""A unit's near field, put together: keys, adverts, the wave, the service. In memory while that is done."""

from binascii import unhexlify

from corolle.radio.ble.counter import Counter
from corolle.radio.ble.near import Near
from corolle.radio.ble.service import Service
from corolle.radio.key import Key
from corolle.system.version import VERSION
from corolle.units.near_desk import NearDesk
from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.wave import Wave


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
    parts = ble, Counter(common.store), bind_key, desk.readings, wave, common.number
    on_passing = unit.heard if listens else None
    near = Near(*parts, clock.now_or_none, on_passing, common.refused, service)
    if listens:
        unit.attach(near.tell, placed)
    return ("near", near.run), ("service", service.run)
