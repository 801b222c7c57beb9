"""Mains come back to a whole quarter: 1,000 units join at once, over one concentrator.

The units keep the pace of the firmware's own JoinPace. The air is the plainest: frames on one channel at one
spreading factor that overlap are all lost, and the concentrator hears nothing while it sends. When it can
send is said by the queue of Semtech's packet forwarder.
"""

import heapq
import importlib.util
import os
import random
import struct
import time
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

from corolle.wire import eu868
from corolle.wire.airtime import airtime_us
from corolle_hil.world.jit_queue import JitQueue
from gateway_process import PATIENCE_S, GatewayProcess
from mqtt_broker import Broker
from packet_forwarder import PacketForwarder
from radio_device import Device

_FIRMWARE_PACE = Path(__file__).parents[2] / "firmware/corolle/radio/lorawan/join_pace.py"
_UNITS = 1000
_STEP_S = 4.0  # so late a request reaches the gateway at most: RX1 begins 5 s after it
_LAST_WINDOW_S = 7.0
_REQUEST_BYTES, _ACCEPT_BYTES = 23, 33
_BEGUN_S = 1_784_058_000.0
_HOUR_S = 3600.0
_LOOK_S = 0.002
_PACE = 5000.0  # street seconds in a real one, where nobody asks anything


class _HeldClock:
    """Time goes on when it is told to, by no more than it says itself: else it would be one that jumps."""

    def __init__(self, path: Path):
        self.path = path
        path.write_bytes(struct.pack("<dd", _BEGUN_S, _PACE))
        self._file = os.open(path, os.O_RDWR)

    def set(self, time_s: float) -> None:
        os.pwrite(self._file, struct.pack("<dd", _BEGUN_S + time_s, _PACE), 0)

    def close(self) -> None:
        os.close(self._file)


class _Unit:
    def __init__(self, number: int, pace: Any):
        self.device = Device(f"lamp-{number}", number=number)
        chance = random.Random(number)
        self.chance = chance
        self.pace = pace.JoinPace(chance.randbytes)


class _Request:
    """One join-request on the air; times in seconds from the beginning."""

    def __init__(self, unit: _Unit, start_s: float):
        self.unit = unit
        self.dr = unit.pace.next_data_rate()
        self.freq_hz = unit.chance.choice(eu868.JOIN_CHANNELS_HZ)
        self.airtime_us = _airtime_us(_REQUEST_BYTES, self.dr, crc=True)
        self.start_s = start_s
        self.end_us = round(start_s * 1e6) + self.airtime_us
        self.end_s = self.end_us / 1e6
        self.is_lost = False


class _Storm:
    """The street's side: who asks when, what is heard, and what the concentrator can send."""

    def __init__(
        self,
        units: list[_Unit],
        clock: _HeldClock,
        forwarder: PacketForwarder,
        ticks: SimpleNamespace,
        log: IO[bytes],
    ):
        self._clock = clock
        self._forwarder = forwarder
        self._ticks = ticks
        self._log = log  # says of each request whether it was answered
        self._unread = b""  # of a line that is being written
        self._answered = 0
        self._chip = JitQueue()
        self._now_s = 0.0
        self._number = 0
        self._next: list[tuple[float, int, _Unit]] = []
        self._on_air: list[_Request] = []
        self._windows: dict[int, _Request] = {}
        self._refused: str | None = None
        self.sent: list[tuple[float, float, int]] = []  # begin, end, frequency
        self.joined: dict[str, float] = {}
        self.heard = self.asked = 0
        for unit in units:
            self._plan(unit, unit.pace.first_ms() / 1000)

    def run(self, until_s: float) -> None:
        while (self._next or self._on_air) and self._now_s < until_s:
            self._now_s += _STEP_S
            while self._next and self._next[0][0] < self._now_s:
                start_s, _, unit = heapq.heappop(self._next)
                self._ask(_Request(unit, start_s))
            ended = [each for each in self._on_air if each.end_s <= self._now_s]
            self._on_air = [each for each in self._on_air if each.end_s > self._now_s]
            if heard := [each for each in ended if not self._is_lost(each)]:
                self._hand_in(heard)
            for each in ended:
                self._ticks.now_ms = int((each.end_s + _LAST_WINDOW_S) * 1000)
                pause_s = each.unit.pace.pause_ms(each.airtime_us) / 1000
                if each.unit.device.name not in self.joined:
                    self._plan(each.unit, each.end_s + _LAST_WINDOW_S + pause_s)

    def _plan(self, unit: _Unit, start_s: float) -> None:
        self._number += 1
        heapq.heappush(self._next, (start_s, self._number, unit))

    def _ask(self, new: _Request) -> None:
        self.asked += 1
        for other in self._on_air:
            if (other.freq_hz, other.dr) == (new.freq_hz, new.dr) and other.end_s > new.start_s:
                other.is_lost = new.is_lost = True
        self._on_air.append(new)

    def _is_lost(self, request: _Request) -> bool:
        return request.is_lost or any(
            start_s < request.end_s and request.start_s < end_s for start_s, end_s, _ in self.sent[-50:]
        )

    def _hand_in(self, requests: list[_Request]) -> None:
        self._clock.set(self._now_s)
        self._chip.forget(int(self._now_s * 1e6))
        self._windows = {}
        packets = []
        for each in requests:
            sf, _ = eu868.modulation(each.dr)
            tmst = each.end_us % 2**32
            for delay_s in (5, 6):
                self._windows[(tmst + delay_s * 1_000_000) % 2**32] = each
            frame = each.unit.device.join_request()
            fields = {"tmst": tmst, "freq": each.freq_hz / 1e6, "datr": f"SF{sf}BW125"}
            packets.append(self._forwarder.rxpk(frame, **fields))
        self.heard += len(packets)
        assert self._forwarder.push_json({"rxpk": packets}, 10.0)
        end_s = time.monotonic() + PATIENCE_S
        while self._answered < self.heard:
            assert time.monotonic() < end_s, "not every request is answered, one way or the other"
            if answer := self._forwarder.downlink(_LOOK_S, self._judge):
                self._take(*answer)
            *lines, self._unread = (self._unread + self._log.read()).split(b"\n")
            self._answered += sum(b" event=join " in line for line in lines)

    def _judge(self, txpk: dict[str, Any]) -> str:
        """What the concentrator says to an order."""
        request = self._windows[txpk["tmst"]]  # nothing is sent but in a window
        start_us = request.end_us + (txpk["tmst"] - request.end_us) % 2**32
        dr = 12 - int(txpk["datr"][2:].partition("BW")[0])
        in_rx1 = (start_us - request.end_us, txpk["freq"]) == (5_000_000, request.freq_hz / 1e6)
        assert in_rx1 or (start_us - request.end_us, txpk["freq"], dr) == (6_000_000, 869.525, 0)
        lasts_us = _airtime_us(_ACCEPT_BYTES, dr, crc=False)
        self._refused = self._chip.admit(int(self._now_s * 1e6), start_us, lasts_us)
        if self._refused is None:
            self.sent.append((start_us / 1e6, (start_us + lasts_us) / 1e6, round(txpk["freq"] * 1e6)))
        return self._refused or "NONE"

    def _take(self, txpk: dict[str, Any], phy: bytes) -> None:
        if self._refused is None:
            unit = self._windows[txpk["tmst"]].unit
            unit.device.accept(phy)
            self.joined[unit.device.name] = self.sent[-1][1]


def _airtime_us(length: int, dr: int, crc: bool) -> int:
    sf, bw_hz = eu868.modulation(dr)
    return airtime_us(length, sf, bw_hz, crc=crc)


def _firmware_pace() -> tuple[Any, SimpleNamespace]:
    """The firmware's module, and the clock that it reads here."""
    ticks = SimpleNamespace(
        now_ms=0, ticks_ms=lambda: ticks.now_ms, ticks_diff=lambda late, early: late - early
    )
    spec = importlib.util.spec_from_file_location("pace", _FIRMWARE_PACE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.__dict__["time"] = ticks
    return module, ticks


def _busiest_hours(sent: list[tuple[float, float, int]]) -> dict[int, float]:
    """By the lower edge of a sub-band, the most seconds on the air in an hour.

    The ledger notes a frame when it is handed over, up to ten seconds before it is sent, by a clock that goes
    on for 5 ms by itself: so the hour is less.
    """
    by_band: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for start_s, end_s, freq_hz in sorted(sent):
        place = eu868.sub_band(freq_hz)
        assert place is not None
        by_band[eu868.SUB_BANDS[place][0]].append((start_s, end_s - start_s))
    return {
        band: max(
            sum(lasts_s for at_s, lasts_s in frames if 0 <= at_s - first_s < _HOUR_S - 10 - 0.005 * _PACE)
            for first_s, _ in frames
        )
        for band, frames in by_band.items()
    }


def test_a_thousand_units_join_at_once(tmp_path: Path, shared_broker: Broker):
    pace, ticks = _firmware_pace()
    units = [_Unit(number, pace) for number in range(1, _UNITS + 1)]
    clock = _HeldClock(tmp_path / "clock")
    broker = f'url = "mqtt://127.0.0.1:{shared_broker.port}"'
    gateway = GatewayProcess(tmp_path, "storm", broker, [unit.device for unit in units], clock.path)
    gateway.start()
    forwarder = PacketForwarder(gateway.port)
    try:
        forwarder.pull()
        with gateway.log.open("rb") as log:
            storm = _Storm(units, clock, forwarder, ticks, log)
            storm.run(24 * _HOUR_S)
    finally:
        forwarder.close()
        gateway.kill()
        clock.close()
    assert len(storm.joined) == _UNITS
    times_s = sorted(storm.joined.values())
    assert sum(time_s < _HOUR_S for time_s in times_s) > 400 and times_s[-1] < 4 * _HOUR_S
    busiest = _busiest_hours(storm.sent)
    for band, duty_s in ((868_000_000, 36.0), (869_400_000, 360.0)):
        assert 0.95 * duty_s < busiest[band] <= duty_s  # it is the duty cycle that keeps them waiting
    print(
        f"{_UNITS} joined after {storm.asked} requests, {storm.heard} of them heard:"
        f" half in {times_s[_UNITS // 2] / 60:.0f} min, all in {times_s[-1] / 60:.0f} min;"
        f" seconds on the air in the busiest hour {busiest}"
    )
