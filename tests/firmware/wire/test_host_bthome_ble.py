"""Our adverts as Home Assistant's reader has them: with the bind key, without it, and with a wrong one."""

import struct

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bthome_ble import BTHomeBluetoothDeviceData
from corolle.wire.bthome import build, shape
from home_assistant_bluetooth import BluetoothServiceInfoBleak
from hypothesis import given
from hypothesis import strategies as st
from keys import make_key

_RAW = bytes(range(16))
_KEY = make_key(_RAW)
_MAC = bytes.fromhex("c0ffee0a0b0c")
_UUID = "0000fcd2-0000-1000-8000-00805f9b34fb"

_LAMP = [
    (0x0B, 38.4),
    (0x4D, 1234.567),
    (0x05, 12.5),
    (0x02, -3.5),
    (0x4A, 231.4),
    (0x43, 0.171),
    (0x21, 1),
    (0x26, 0),
]
_CANOPY = [
    (0x01, 80),
    (0x02, 21.25),
    (0x2E, 47),
    (0x2F, 31),
    (0x2F, 18),
    (0x49, 0.12),
    (0x4F, 9876.5),
    (0x55, 320),
]


def _heard(advert: bytes, second: int) -> BluetoothServiceInfoBleak:
    """An advert as a scanner hands it over."""
    data = {}
    while advert:
        length, kind, body = advert[0], advert[1], advert[2 : advert[0] + 1]
        assert len(body) == length - 1, "a structure that ends behind the advert"
        if kind == 0x16:
            data[f"0000{struct.unpack('<H', body[:2])[0]:04x}-0000-1000-8000-00805f9b34fb"] = body[2:]
        advert = advert[length + 1 :]
    address = ":".join(f"{byte:02X}" for byte in _MAC)
    return BluetoothServiceInfoBleak(
        "unit",
        address,
        rssi=-60,
        manufacturer_data={},
        service_data=data,
        service_uuids=list(data),
        source="",
        device=BLEDevice(address, "unit", None),
        advertisement=AdvertisementData(None, {}, data, list(data), None, -60, ()),
        connectable=True,
        time=float(second),
    )


def _read(readings, counters, key: bytes | None = _RAW) -> dict:
    """Every value that the reader knows after these adverts; "class" to value."""
    reader = BTHomeBluetoothDeviceData(key)
    known = {}
    for second, counter in enumerate(counters):
        update = reader.update(_heard(build(readings, counter, counter, _KEY, _MAC), second))
        for values in (update.entity_values, update.binary_entity_values):
            known |= {
                name.key: value.native_value
                for name, value in values.items()
                if name.key != "signal_strength"
            }
    assert reader.bindkey_verified == bool(known)
    return known


def test_a_lamp_is_read_in_its_turns():
    known = _read(_LAMP, (0x1FE, 0x1FF, 0x200))
    del known["packet_id"]
    assert known == {
        "temperature": -3.5,
        "illuminance": 12.5,
        "power": 38.4,
        "motion": True,
        "problem": False,
        "current": 0.171,
        "voltage": 231.4,
        "energy": 1234.567,
    }


def test_a_canopy_is_read_with_its_probes_told_apart():
    known = _read(_CANOPY, (7, 8))
    assert (known["moisture_1"], known["moisture_2"]) == (31, 18)
    assert (known["water"], known["volume_storage"], known["battery"]) == (9876.5, 320, 80)


def test_without_the_key_and_with_a_wrong_one_nothing_is_read(caplog):
    assert _read(_LAMP, range(4), key=None) == {}
    assert _read(_LAMP, range(4), key=bytes(16)) == {}
    assert "Decryption failed" in caplog.text


def test_ids_ascend_so_that_it_does_not_complain(caplog):
    _read(_LAMP, range(8))
    _read(_CANOPY, range(8))
    assert not caplog.text


def test_a_counter_that_goes_back_is_refused_by_it(caplog):
    known = _read(_LAMP, (5000, 4000))
    assert known["packet_id"] == 5000 & 0xFF
    assert "might be compromised" in caplog.text


_KNOWN = {  # what version 3.9 of the reader has of our table, and calls by one name each
    0x01: "battery",
    0x02: "temperature",
    0x03: "humidity",
    0x05: "illuminance",
    0x0B: "power",
    0x12: "carbon_dioxide",
    0x14: "moisture",
    0x42: "duration",
    0x43: "current",
    0x44: "speed",
    0x49: "volume_flow_rate",
    0x4A: "voltage",
    0x4D: "energy",
    0x4F: "water",
    0x55: "volume_storage",
}


@given(st.sampled_from(sorted(_KNOWN)), st.floats(0, 1), st.integers(0, 0xFFFFFFFF))
def test_any_value_in_range_is_read_as_it_was_sent(object_id, share, counter):
    size, signed, decimals = shape(object_id)
    raw = round(share * ((1 << 8 * size) - 1)) - (1 << 8 * size - 1) * signed
    value = raw / 10**decimals
    assert abs(_read([(object_id, value)], [counter])[_KNOWN[object_id]] - value) < 1e-9
