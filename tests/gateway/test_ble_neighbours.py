"""Whose advert it is: found by key among many, believed once, and never at any price to the gateway."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from corolle.wire import bthome
from corolle.wire.ccm import seal
from corolle.wire.derive import BIND, derive
from corolle_gateway.links.ble.neighbours import Neighbour, Neighbours
from corolle_gateway.links.ble.refused import Refused
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.model import Unit, UnitsChange
from msgspec.structs import replace

_MANY = 200
_READINGS = [(0x02, 21.5), (0x0B, 38.4)]


def _key(number: int) -> bytes:
    return bytes((number,)) * 16


def _unit(number: int) -> Unit:
    return Unit(f"lamp-{number}", "lamp", "quai", f"02{number:014x}", "00" * 8, 43.6, 1.44, "C")


def _address(number: int) -> str:
    return f"02:00:00:00:01:{number:02X}"


def _advert(number: int, counter: int, readings: list[tuple[int, float]] = _READINGS) -> bytes:
    """Service data as a unit sends it."""
    mac = bytes.fromhex(_address(number).replace(":", ""))
    return bthome.build(readings, 0, counter, Key(derive(Key(_key(number)), BIND)), mac)[7:]


def _sealed(number: int, counter: int, clear: bytes) -> bytes:
    """Service data with any objects in it, sealed with the unit's key."""
    mac = bytes.fromhex(_address(number).replace(":", ""))
    sealed = seal(Key(derive(Key(_key(number)), BIND)), bthome.nonce(mac, counter), clear, bthome.MIC_BYTES)
    count = counter.to_bytes(4, "little")
    return bytes((bthome.INFO,)) + sealed[: -bthome.MIC_BYTES] + count + sealed[-bthome.MIC_BYTES :]


def _live(test: Callable[[Neighbours], Any], counters: dict[str, tuple[bytes, int]] | None = None) -> Any:
    async def session() -> Any:
        neighbours = Neighbours()
        neighbours.load([(_unit(number), _key(number)) for number in range(1, _MANY + 1)], counters or {})
        return test(neighbours)

    return asyncio.run(session())


def _refusal(neighbours: Neighbours, address: str, data: bytes) -> str | None:
    try:
        neighbours.read(address, data)
    except Refused as refused:
        return refused.cause
    return None


def test_a_unit_is_found_by_its_key_and_its_advert_believed_once():
    def test(neighbours: Neighbours) -> None:
        found = neighbours.read(_address(200), _advert(200, 7))
        assert found is not None
        neighbour, readings = found
        assert neighbour.unit.name == "lamp-200" and readings == _READINGS and neighbour.counter == 7
        assert neighbours.read(_address(200), _advert(200, 7)) is None
        assert _refusal(neighbours, _address(200), _advert(200, 6)) == "ble_replayed"
        assert neighbours.read(_address(200), _advert(200, 8)) is not None

    _live(test)


def test_a_restart_forgets_no_counter_but_that_of_another_key():
    mark: bytes = _live(lambda neighbours: neighbours.by_name["lamp-3"].key_mark)

    def test(neighbours: Neighbours) -> None:
        assert _refusal(neighbours, _address(3), _advert(3, 90)) == "ble_replayed"
        assert neighbours.read(_address(3), _advert(3, 101)) is not None
        assert neighbours.read(_address(4), _advert(4, 90)) is not None

    _live(test, {"lamp-3": (mark, 100), "lamp-4": (mark, 100)})


def test_a_lost_unit_is_known_and_refused_at_each_new_advert():
    def test(neighbours: Neighbours) -> None:
        lost = replace(_unit(1), revoked=True)
        neighbours.load([(lost, _key(1)), (_unit(2), _key(2))], {})
        assert _refusal(neighbours, _address(1), _advert(1, 5)) == "ble_revoked"
        assert neighbours.read(_address(1), _advert(1, 5)) is None
        assert _refusal(neighbours, _address(1), _advert(1, 6)) == "ble_revoked"
        assert neighbours.read(_address(2), _advert(2, 6)) is not None

    _live(test)


def _follow(neighbours: Neighbours, *units: tuple[Unit, bytes]) -> None:
    neighbours.follow(UnitsChange(list(units), frozenset(unit.name for unit, _ in units), frozenset()))


def test_a_stranger_that_is_entered_is_heard_at_its_next_advert():
    def test(neighbours: Neighbours) -> None:
        new = _MANY + 1
        assert _refusal(neighbours, _address(new), _advert(new, 5)) == "ble_stranger"
        assert neighbours.read(_address(new), _advert(new, 6)) is None
        _follow(neighbours, (_unit(new), _key(new)))
        found = neighbours.read(_address(new), _advert(new, 7))
        assert found and found[0].unit.name == f"lamp-{new}"

    _live(test)


def test_a_unit_that_is_lost_while_it_is_near_is_refused_and_one_that_is_moved_stays_near():
    def test(neighbours: Neighbours) -> None:
        for number in (1, 2):
            found = neighbours.read(_address(number), _advert(number, 5))
            assert found
            found[0].device = BLEDevice(_address(number), None, None)
        moved = replace(_unit(2), lat_deg=44.0)
        _follow(neighbours, (replace(_unit(1), revoked=True), _key(1)), (moved, _key(2)))
        assert neighbours.by_name["lamp-1"].device is None
        assert _refusal(neighbours, _address(1), _advert(1, 5)) == "ble_repeated"
        assert _refusal(neighbours, _address(1), _advert(1, 6)) == "ble_revoked"
        assert neighbours.by_name["lamp-2"].device and neighbours.by_name["lamp-2"].unit == moved
        assert neighbours.read(_address(2), _advert(2, 5)) is None
        assert neighbours.read(_address(2), _advert(2, 6)) is not None

    _live(test)


def test_of_a_unit_with_another_board_only_that_one_is_heard():
    def test(neighbours: Neighbours) -> None:
        assert neighbours.read(_address(1), _advert(1, 50)) is not None
        new = _MANY + 1
        _follow(neighbours, (replace(_unit(1), dev_eui="03" * 8), _key(new)))
        assert _refusal(neighbours, _address(1), _advert(1, 51)) == "ble_stranger"
        found = neighbours.read(_address(new), _advert(new, 2))
        assert found and found[0].unit.name == "lamp-1"

    _live(test)


def test_an_advert_that_another_address_repeats_is_nobodys():
    def test(neighbours: Neighbours) -> None:
        assert _refusal(neighbours, _address(9), _advert(1, 5)) == "ble_stranger"

    _live(test)


@pytest.mark.parametrize(
    ("clear", "cause"),
    [
        (b"\x00\x06\x02\x00\x00", "ble_bad_packet_id"),
        (b"\x02\x00\x00", "ble_bad_packet_id"),
        (b"\x00\x05\x02\x00\x00\x01\x10", "ble_bad_order"),
        (b"\x00\x05\xee\x00", "ble_unknown_object"),
        (b"\x00\x05\x02\x00", "ble_bad_length"),
    ],
)
def test_what_only_the_key_makes_readable_is_checked_all_the_same(clear: bytes, cause: str):
    assert _live(lambda neighbours: _refusal(neighbours, _address(1), _sealed(1, 5, clear))) == cause


def test_a_flood_of_strangers_costs_little_and_keeps_no_unit_out():
    def test(neighbours: Neighbours) -> None:
        neighbours.read(_address(7), _advert(7, 1))
        begun_s = time.process_time()
        causes = [
            _refusal(neighbours, f"0A:{n >> 8:02X}:{n & 255:02X}:00:00:00", _advert(1, n))
            for n in range(3000)
        ]
        spent_s = time.process_time() - begun_s
        assert set(causes) == {"ble_stranger", "ble_crowded"} and causes.count("ble_crowded") > 2500
        assert spent_s < 1.5
        assert neighbours.read(_address(7), _advert(7, 2)) is not None

    _live(test)


def test_a_street_that_wakes_up_at_once_is_known_after_some_seconds(monkeypatch: pytest.MonkeyPatch):
    def test(neighbours: Neighbours) -> int:
        unknown, seconds = list(range(1, _MANY + 1)), [0]
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: float(seconds[0]))
        while unknown:
            seconds[0] += 1
            for number in list(unknown):  # each sends its advert once a second
                if _refusal(neighbours, _address(number), _advert(number, seconds[0])) is None:
                    neighbours.by_name[f"lamp-{number}"].device = BLEDevice(_address(number), None, None)
                    unknown.remove(number)
        return seconds[0]

    assert _live(test) <= 20, "half of all keys are tried for a unit, of those that were not heard yet"


def test_no_key_is_told():
    def test(neighbours: Neighbours) -> Neighbour:
        return neighbours.by_name["lamp-1"]

    assert repr(_live(test)) == "Neighbour('lamp-1')"
