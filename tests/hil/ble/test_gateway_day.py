"""A gateway in a crowd of units: it misses none, and what it holds in memory does not grow.

Fifty units for ten minutes of the street, in some ten seconds; COROLLE_CROWD_HOURS=24 makes it two hundred
units for a day, in half an hour.
"""

import json
import os
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from city_client import City
from corolle_gateway.model import unix_s
from corolle_hil.ble.adapter import Adapter
from corolle_hil.ble.bleak_backend import adapter_lines
from corolle_hil.ble.link import AirLink
from corolle_hil.clockfile import ClockFile
from corolle_hil.pace import Paced
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.propagation import Position
from crowd import Concentrator, Post
from gateway_process import GatewayProcess
from mqtt_broker import Broker

_HOURS = float(os.environ.get("COROLLE_CROWD_HOURS", "0.167"))
_UNITS = 200 if _HOURS >= 1 else 50
_SPEED = 60  # street seconds in a real one, where the machine can
_START_S = 1_784_058_000
_ADDRESS = b"\x00\x00\x5e\x00\x53\x02"
_LOOKS = 24  # at the memory
# What adverts say is told every 300 s, with the next turn of ten seconds; some are not heard, and a machine
# that has other work to do keeps the gateway waiting for a second or two.
_LONGEST_GAP_S = 310.0 + 2 * _SPEED
_SETTLED_S = 120 + _UNITS * _UNITS // 40  # until the key of each was found, a thousand trials a real second
_GROWTH_KB = 2048


class Crowd:
    """The air, the units, the gateway beside them, and the city that reads it."""

    def __init__(self, folder: Path, broker: Broker):
        self.memory_kb: list[int] = []
        pace = Paced(_SPEED, lambda now_us: self._clock.publish(self.scheduler.epoch_us + now_us))
        self.scheduler = Scheduler(_START_S * 1_000_000, pace=pace)
        self._clock = ClockFile(folder / "clock", _SPEED)
        self._clock.publish(self.scheduler.unix_us)
        self._link = AirLink(self.scheduler)
        numbers = range(1, _UNITS + 1)
        self.posts = [Post(self.scheduler, self._link.air, number, _UNITS) for number in numbers]
        devices = [post.device for post in self.posts]
        socket = folder / "hci"
        lines = f'url = "mqtt://127.0.0.1:{broker.port}"'
        clock = folder / "clock"
        self.gateway = GatewayProcess(folder, "gw-day", lines, devices, clock, adapter_lines(socket))
        self.gateway.start()
        self.city = City(broker.port, "gw-day").ready()
        self._forwarder = Concentrator(self.gateway.port, self.scheduler)
        self._forwarder.pull()
        for number, post in enumerate(self.posts):
            post.report_to(self._forwarder, number, _UNITS)
        self._adapter = Adapter(self._link, "gateway", Position(0.0, 0.0), _ADDRESS, socket)

    def live(self) -> None:
        """All of the hours, with looks at the memory."""
        for _ in range(_LOOKS):
            self.scheduler.run(self.scheduler.now_us + round(_HOURS * 3600e6 / _LOOKS))
            self.memory_kb.append(self.gateway.memory_kb())
            self._forwarder.acked(b"")  # read what has come
        time.sleep(2.0)  # what is on its way still arrives

    def heard(self) -> dict[str, list[dict[str, Any]]]:
        """What was told of each unit's adverts."""
        return {post.device.name: self.city.of(f"{post.device.name}/reading") for post in self.posts}

    def status(self) -> dict[str, Any]:
        """The gateway's counts."""
        return self.city.of("status")[-1]

    def close(self) -> None:
        self.gateway.kill()
        self.city.close()
        self._adapter.close()
        self._forwarder.close()
        self._clock.close()


@pytest.fixture
def crowd(tmp_path: Path) -> Iterator[Crowd]:
    (tmp_path / "broker").mkdir()
    broker = Broker(tmp_path / "broker").start()
    made = Crowd(tmp_path, broker)
    yield made
    made.close()
    broker.stop()


@pytest.mark.timeout(120 + 600 * _HOURS)
def test_no_unit_is_missed_and_memory_stays_flat(crowd: Crowd):
    crowd.live()
    heard, end_s = crowd.heard(), crowd.scheduler.unix_us / 1e6
    gaps_s = {name: _longest_gap_s(bodies, end_s) for name, bodies in heard.items()}
    missed = [name for name, gap_s in gaps_s.items() if gap_s > _LONGEST_GAP_S]
    status, looks = crowd.status(), crowd.memory_kb
    sent, longest_s = sum(post.adverts for post in crowd.posts), max(gaps_s.values())
    told = {"adverts": sent, "memory_kb": looks, "missed": missed, "longest_gap_s": longest_s}
    print(json.dumps(told | status["counters"] | status["rejected"]))
    assert not missed
    for post in crowd.posts:
        assert {body["temperature_c"] for body in heard[post.device.name]} == {post.temperature_c}
    assert status["counters"]["readings"] == sum(map(len, heard.values()))
    assert "ble_stranger" not in status["rejected"] and "ble_bad_mic" not in status["rejected"]
    assert max(looks[_LOOKS // 2 :]) - min(looks[_LOOKS // 2 :]) < _GROWTH_KB


def _longest_gap_s(bodies: list[dict[str, Any]], end_s: float) -> float:
    """How long nothing was told of a unit, at most, once it was found."""
    begin_s = _START_S + _SETTLED_S
    times = [begin_s, *(told_s for body in bodies if (told_s := unix_s(body["time"])) > begin_s), end_s]
    return max(later - earlier for earlier, later in pairwise(times))
