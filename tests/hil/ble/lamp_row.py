"""A row of whole lamps with their real firmware, at night, and phones that go about in it."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from bumble.hci import Address
from corolle_hil.ble.host import Station
from corolle_hil.heap import NODE_BYTES
from corolle_hil.replay.lamp import ROOMY_BYTES
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world.counts import Steady
from corolle_hil.world.place import ORIGIN_DEG, Site, lay_out
from corolle_hil.world.propagation import Position
from corolle_hil.world.scenario import WEEKS, ScenarioClimate
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.replay.post import UNTHRIFTY

_NIGHT_US = (WEEKS["summer"] + 23 * 3600) * 1_000_000
_BOOTED_US = 3_000_000
GROUP_KEY = "67" * 16


def _dev_eui(number: int) -> str:
    return f"02c0ffee{number:08x}"


class LampRow:
    """Lamps 1, 2, ... about 27 m apart; `files` stand on the flash of each instead of its own.

    `placed`: each is told how many posts away the others are. One lamp has no more memory than a node has; of
    several the light is looked at, and to collect garbage in their heaps would take most of the time.
    """

    def __init__(self, folder: Path, lamps: int, files: dict[str, bytes] | None = None, **how: Any):
        self.scheduler = Scheduler(_NIGHT_US, 1)
        self.records: list[dict[str, Any]] = []
        self._files = (UNTHRIFTY if lamps > 1 else {}) | (files or {})
        self._left_off = how.pop("left_off", ())
        self._placed = lamps if how.pop("placed", False) else 0
        place = lay_out(lamps, 0, 0, self.scheduler.rng("place"), lamps)
        heap_bytes = ROOMY_BYTES if lamps > 1 else NODE_BYTES
        around = ScenarioClimate(self.scheduler.rng), self.records.append, 0.0, ORIGIN_DEG, heap_bytes
        self.street = Street(self.scheduler, place, self._equip, folder, *around, **how)
        self.units = list(self.street.units.values())
        self._passers = self.street.walk(place.lamps, self.street.sensors(), Steady(0))
        for unit in self.units:
            self.scheduler.at(_BOOTED_US, unit.board.set_clock, self.scheduler.epoch_us + _BOOTED_US)

    def _equip(self, site: Site) -> Equipment:
        number = int(site.name.rsplit("-", 1)[1])
        made = Identity.make(site.name, "lamp", "test", site.lat_deg, site.lon_deg)
        key = self.app_key(number).hex()
        unit = replace(made, dev_eui=_dev_eui(number), app_key=key, group_key=GROUP_KEY)
        posts = {
            _dev_eui(other): abs(other - number) for other in range(1, self._placed + 1) if other != number
        }
        told = {"/unit.json": json.dumps(unit.unit_json() | {"neighbours": posts}).encode()}
        board = board_definition("lamp-s3", self._left_off)
        return Equipment(board, lambda: node_files("lamp-s3", unit, self._left_off) | told | self._files)

    @staticmethod
    def app_key(number: int) -> bytes:
        """Of lamp `number`, from 1."""
        return bytes([number]) * 16

    def address(self, number: int) -> Address:
        """By which lamp `number` adverts."""
        mac = int.from_bytes(self.units[number - 1].board.unique_id, "big") + 2
        return Address(mac.to_bytes(6, "big")[::-1], Address.PUBLIC_DEVICE_ADDRESS)

    def phone(self, x_m: float, name: str = "phone") -> Station:
        """A phone, in somebody's hand."""
        public = Address("00:00:5E:00:53:01", Address.PUBLIC_DEVICE_ADDRESS)
        position = Position(x_m, 0.0, 1.2)
        return Station(self.street.around.ble, name, position, public, Address("F0:F1:F2:F3:F4:F5"))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.street.run(self.scheduler.now_us + round(seconds * 1e6))

    def do(self, coroutine: Coroutine[Any, Any, Any], seconds: float = 30.0) -> Any:
        """Let a phone do something, at most for so long; its result."""
        loop = self.street.around.ble.loop
        task: asyncio.Task = loop.run(loop.create_task, coroutine)
        if not task.done():
            task.add_done_callback(lambda _: self.scheduler.stop())
            self.run(seconds)
        return task.result()

    def said(self, **fields: Any) -> list[dict[str, Any]]:
        """What the consoles said that has these fields."""
        return [record for record in self.records if fields.items() <= record.items()]

    def walk(self, speed_m_s: float, forwards: bool = True) -> None:
        """Let somebody go the whole way, and the light after him."""
        self._passers.walk(speed_m_s, forwards)
        self.run(30 * len(self.units) / speed_m_s + 100)

    def levels(self) -> list[int]:
        """How bright each lamp is now, in %."""
        return [unit.snapshot()["level_pct"] for unit in self.units]
