"""Whole nodes, joined to a network and busy, live within the memory they are granted, and do not grow.

A third of a day in some seconds; COROLLE_HEAP_DAYS=30 makes it a month.
"""

import os
import re
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from corolle.wire import multicast, settings_words
from corolle.wire.canopy_report import CANOPY_REPORT
from corolle.wire.lamp_report import LAMP_REPORT
from corolle.wire.orders import ACK
from corolle.wire.words import VERBS, code_of
from corolle_hil.heap import NODE_BYTES, ONE_RADIO_BYTES
from corolle_hil.one_core import one_core
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world.climate import Weather
from corolle_hil.world.counts import Steady
from corolle_hil.world.place import ORIGIN_DEG, Place, lay_out
from corolle_hil.world.scenario import WEEKS
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from lone_network import LoneNetwork

_HOUR_US = 3_600_000_000
_HOURS = int(24 * float(os.environ.get("COROLLE_HEAP_DAYS", "0.34")))
_PEOPLE = Steady(6.0)  # an hour, day and night
_NO_BLE = ("ble",)
_DEV_EUI, _APP_KEY = "02c0ffee00000001", "2b7e151628aed2a6abf7158809cf4f3c"
# What main.py does, and beside it somebody who looks at the heap.
_MAIN = b"""
import asyncio, gc
from corolle.start import assemble

async def watch():
    while True:
        await asyncio.sleep(1800)
        gc.collect()
        print("HEAP", gc.mem_alloc())

supervisor = assemble()
asyncio.create_task(watch())
asyncio.run(supervisor.run())
"""
_ORDERS = {
    "lamp": (("level", 60), ("auto", 0)),
    "canopy": (("cleaned", 0), ("open", 60), ("drought", 1), ("lab", 2), ("report", 0), ("auto", 0)),
}


def _weather(unix_s: float) -> Weather:
    """Warm days of little wind: the mist has something to do. Cool nights."""
    day = 6 <= unix_s % 86400 // 3600 < 20
    return Weather(32.0 if day else 16.0, 35.0 if day else 80.0, 1.0, 0.0, 500.0 if day else 0.0)


class _Node:
    """One unit with people about and a city that gives orders, in a heap of so many bytes."""

    def __init__(self, board: str, left_off: tuple[str, ...], heap_bytes: int, folder: Path):
        self.console: list[str] = []
        self.wrong: list[dict[str, Any]] = []
        self.ports: list[int | None] = []
        definition = board_definition(board, left_off)
        self.kind = definition["unit"]
        identity = Identity(f"{self.kind}-01", self.kind, "test", *ORIGIN_DEG, _DEV_EUI, _APP_KEY)
        equipment = Equipment(definition, lambda: node_files(board, identity, left_off) | {"/main.py": _MAIN})
        lamps = int(self.kind == "lamp")
        begin_h = 15 if lamps else 8  # a lamp's hours are the night's, a canopy's the day's
        self.scheduler = Scheduler((WEEKS["summer"] + begin_h * 3600) * 1_000_000, 1)
        place = lay_out(lamps, 1 - lamps, 0, self.scheduler.rng("place"))
        parts = self.scheduler, place, lambda _: equipment, folder, _weather, self._hear
        self.street = Street(*parts, heap_bytes=heap_bytes)
        self.unit = next(iter(self.street.units.values()))
        self.network = LoneNetwork(
            self.scheduler, self.street.air, identity.app_key, lambda port, _: self.ports.append(port)
        )
        self.scheduler.after(100_000, self.unit.board.set_clock, self.scheduler.unix_us)
        self._send_people(place)

    def _send_people(self, place: Place) -> None:
        if self.kind == "lamp":
            self.street.walk(place.lamps, self.street.sensors(), _PEOPLE)
        else:
            self.street.visit(_PEOPLE)

    def _hear(self, record: dict[str, Any]) -> None:
        if record["type"] == "console":
            self.console.append(record["text"])
        elif record.get("level") == "error":
            self.wrong.append(record)

    def live(self, hours: int) -> None:
        for hour in range(hours):
            verb, value = _ORDERS[self.kind][hour % len(_ORDERS[self.kind])]
            until_s = self.scheduler.unix_us // 1_000_000 + 3600
            self.network.order(verb=code_of(VERBS, verb), value=value, until_s=until_s, author="test")
            self.network.send(settings_words.PORT, settings_words.pack_pairs([("report_min", 14 + hour % 2)]))
            self.network.send(settings_words.PORT, b"\0")
            if hour == 1:
                self.network.form_group()
            elif hour > 1:
                self.network.order_group(
                    verb=code_of(VERBS, verb), value=value, until_s=until_s, author="group"
                )
            self.street.run(self.scheduler.now_us + _HOUR_US)

    @property
    def heap(self) -> list[int]:
        """Bytes allocated, every half hour."""
        return [int(size) for size in re.findall(r"^HEAP (\d+)$", "\n".join(self.console), re.MULTILINE)]


@pytest.mark.timeout(120 + 20 * _HOURS)
@pytest.mark.parametrize(
    ("board", "left_off", "heap_bytes"),
    [
        ("lamp-s3", (), NODE_BYTES),
        ("lamp-s3", _NO_BLE, ONE_RADIO_BYTES),
        ("canopy-s3", (), NODE_BYTES),
        ("canopy-drip-s3", _NO_BLE, ONE_RADIO_BYTES),
    ],
)
def test_a_node_lives_in_its_heap_and_does_not_grow(
    board: str, left_off: tuple[str, ...], heap_bytes: int, tmp_path: Path
):
    with one_core():
        node = _Node(board, left_off, heap_bytes, tmp_path)
        try:
            node.live(_HOURS)
        finally:
            node.street.close()
    assert not [line for line in node.console if "Error" in line]
    assert node.wrong == []
    assert node.unit.board.resets == {1: 1}
    report = LAMP_REPORT if node.kind == "lamp" else CANOPY_REPORT
    assert node.ports.count(report.port) >= _HOURS
    assert node.ports.count(ACK.port) >= _HOURS // 2
    assert node.ports.count(settings_words.PORT) >= _HOURS
    assert node.ports.count(multicast.SETUP_PORT) == int(node.kind == "lamp")  # a canopy sleeps
    # Each order to the lamp's group is answered as well, in its own time.
    assert node.ports.count(ACK.port) >= (2 * _HOURS - 4 if node.kind == "lamp" else 0)
    first, second = node.heap[: len(node.heap) // 2], node.heap[len(node.heap) // 2 :]
    # One look may find a frame on its way: what lasts is what half of them find.
    assert median(second) <= max(first)
