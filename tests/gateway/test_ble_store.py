"""What the BLE link keeps: counters that only grow, and one report of two links."""

import asyncio
import io
from pathlib import Path
from typing import Any

import pytest
from corolle.wire.bthome import shape
from corolle_gateway.counts import Counts
from corolle_gateway.hub.bthome_names import named
from corolle_gateway.hub.paths import Paths
from corolle_gateway.hub.twins import Twins
from corolle_gateway.log import Log
from corolle_gateway.model import BleRadio, Downlink, Radio, Registration, Sent, Unit, Uplink
from corolle_gateway.pending import ended
from corolle_gateway.store import database, registry, schema
from corolle_gateway.store.ble import BleMemory
from corolle_gateway.store.writer import Writer

_UNIT = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")
_NEAR, _FAR = BleRadio(-60.0), Radio(-100.0, 5.0, 5, 868_100_000, 1)


def test_a_counter_is_used_up_once_and_another_key_begins_anew(tmp_path: Path):
    async def session() -> None:
        db = database.connect(tmp_path)
        registry.put_all(db, [Registration(_UNIT, bytes(16))], 0.0)
        writer = Writer(db, Counts(Log(lambda: 0.0, "error", io.StringIO())))
        memory = BleMemory(writer)

        async def advance(mark: bytes, counter: int) -> bool:
            return await writer.submit(memory.advance("lamp-1", mark, counter))

        assert [await advance(b"a", n) for n in (5, 5, 4, 6)] == [True, False, False, True]
        assert await memory.counters() == {"lamp-1": (b"a", 6)}
        assert await advance(b"b", 2) and not await advance(b"b", 2)
        assert await memory.counters() == {"lamp-1": (b"b", 2)}
        await writer.close()

    asyncio.run(session())


def _uplink(radio: BleRadio | Radio, time_s: float, port: int = 10) -> Uplink:
    return Uplink(_UNIT, "k", port, b"", time_s, radio)


def test_a_message_of_both_links_is_told_once():
    async def session() -> None:
        twins = Twins()

        def is_twin(uplink: Uplink, seq: int, stored: bool = True) -> bool:
            if twins.is_twin(uplink, seq):
                return True
            twins.taken(uplink, seq, ended(stored))
            return False

        assert not is_twin(_uplink(_FAR, 0), 1) and not is_twin(_uplink(_NEAR, 1), 1), "not watched"
        twins.watch("lamp-1")
        assert not is_twin(_uplink(_NEAR, 10), 7)
        assert is_twin(_uplink(_FAR, 12), 7)
        assert not is_twin(_uplink(_FAR, 13, port=12), 7), "another message"
        assert not is_twin(_uplink(_FAR, 14), 8)
        assert not is_twin(_uplink(_FAR, 15), 8), "one link has replay protection of its own"
        assert is_twin(_uplink(_NEAR, 16), 8)
        assert not is_twin(_uplink(_NEAR, 17), 9, stored=False)
        await asyncio.sleep(0)
        assert not is_twin(_uplink(_FAR, 18), 9), "the first never reached the store"
        assert not is_twin(_uplink(_FAR, 10 + 3700), 7), "the sequence has come round"

    asyncio.run(session())


class _Way:
    """A link that says what it was asked to send."""

    def __init__(self, near: bool, works: bool):
        self.near, self.works, self.sent = near, works, 0

    def is_near(self, unit: str) -> bool:
        return self.near

    async def send_now(self, downlink: Downlink) -> Sent:
        self.sent += 1
        return Sent(self.works)

    async def settings(self, unit: str, wish: dict[str, int]) -> dict[str, int] | None:
        return wish if self.works else None


@pytest.mark.parametrize(
    ("radio_class", "near", "works", "sent"),
    [
        ("C", True, True, (1, 0)),
        ("C", True, False, (1, 1)),
        ("C", False, True, (0, 1)),
        ("A", True, True, (1, 0)),
        ("A", True, False, (1, 0)),  # LoRaWAN reaches it after an uplink only
        ("A", False, True, (0, 0)),
    ],
)
def test_the_near_way_goes_first_and_the_far_one_takes_what_it_leaves(
    radio_class: str, near: bool, works: bool, sent: tuple[int, int]
):
    unit = Unit("u", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, radio_class)
    ble, lorawan = _Way(near, works), _Way(False, True)
    asyncio.run(Paths(lorawan, ble).send_now(Downlink(unit, 30, b"", "a")))
    assert (ble.sent, lorawan.sent) == sent


def test_readings_have_names_and_several_of_one_kind_are_a_list():
    told: dict[str, Any] = named({0x2F: [20, 30], 0x21: [1], 0x4D: [1.5], 0xF0: [2], 0xF2: [0x010203]})
    assert told == {
        "presence": True,
        "moisture_pct": [20, 30],
        "energy_kwh": 1.5,
        "device_type": "canopy",
        "firmware": "1.2.3",
    }


def test_every_object_that_a_unit_can_send_has_a_name():
    known = [object_id for object_id in range(1, 256) if _has_shape(object_id)]
    assert len(known) > 20
    for object_id in known:
        assert len(named({object_id: [1]})) == 1


def _has_shape(object_id: int) -> bool:
    try:
        shape(object_id)
    except ValueError:
        return False
    return True


def test_a_store_of_before_bluetooth_is_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:4])
        database.connect(tmp_path).close()
    db = database.connect(tmp_path)
    assert db.execute("SELECT count(*) FROM ble_counters").fetchone() == (0,)
