"""`corolle bench gateway`: uplinks through the UDP port to PUBACK, beside paho alone and SQLite alone."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from corolle_tools.bench.flood import Flood
from corolle_tools.bench.forwarder import Forwarder, push_data
from corolle_tools.bench.lamps import Lamp
from corolle_tools.bench.listener import Listener
from corolle_tools.bench.processes import TOPICS, Broker, Gateway
from corolle_tools.bench.progress import Tell, quiet

_LAMPS = 500  # and as many datagrams not yet acknowledged: a slow disk takes many at a time
_MARK = b"/report"
_PATIENCE_S = 30.0  # so long without any progress
_QUIET_S = 3.0  # all is stored, and acknowledged by the broker: what has not come by then is lost
_SETTLE_S = 1.5  # joins, first entities and the first status are out of the way
_SAMPLE_S = 0.1
_STEPS = 4
_ROUND_S = 0.002  # so often what has come is looked at: to be woken by each message costs its sender as well

Progress = list[tuple[float, int, int]]
"""Seconds since the start, uplinks acknowledged, reports heard by the city."""


@dataclass(frozen=True)
class Run:
    """One run: the figures, and how it went along."""

    uplinks: int
    rate: float
    paho_rate: float
    sqlite_rate: float
    cpu_s_per_1000: float
    rss_mb: float
    lost: int
    again: int  # datagrams that UDP had lost
    broker: str
    progress: Progress

    @property
    def ratio(self) -> float:
        """The gateway's rate in parts of paho's."""
        return self.rate / self.paho_rate

    def figures(self) -> dict[str, float]:
        """What --json prints."""
        return {
            "uplinks": self.uplinks,
            "rate": round(self.rate),
            "paho_rate": round(self.paho_rate),
            "ratio": round(self.ratio, 3),
            "cpu_s_per_1000": round(self.cpu_s_per_1000, 4),
            "rss_mb": round(self.rss_mb, 1),
            "lost": self.lost,
        }


def measure(uplinks: int, tell: Tell = quiet) -> Run:
    """Run all three, one after the other, on a broker and a disk of this machine's; paho before and after.

    What is told are the steps, for to draw more would take time from what is measured. Raises TimeoutError or
    ConnectionError when the gateway or the broker does not go on.
    """
    with tempfile.TemporaryDirectory(prefix="corolle-bench-") as name:
        folder = Path(name)
        broker = Broker(folder)
        broker.start()
        try:
            return _measured(folder, broker, uplinks, tell)
        finally:
            broker.stop()


def _measured(folder: Path, broker: Broker, uplinks: int, tell: Tell) -> Run:
    tell("paho alone", 0, _STEPS)
    paho_rates = [_paho_rate(broker, uplinks)]
    lamps = [Lamp(number) for number in range(1, _LAMPS + 1)]
    gateway = Gateway(folder, broker.port, lamps)
    tell("gateway", 1, _STEPS)
    gateway.start()
    try:
        forwarder = Forwarder(gateway.port)
        forwarder.pull()
        for lamp in lamps:
            forwarder.join(lamp)
        frames = [lamps[number % _LAMPS].report() for number in range(uplinks)]
        datagrams = [push_data(token, phy) for token, (_, phy) in enumerate(frames)]
        time.sleep(_SETTLE_S)
        listener = Listener(broker.port, f"{TOPICS}/+/report", _MARK)
        cpu_before_s, begun_s = gateway.cpu_s(), time.perf_counter()
        flood = Flood(forwarder, datagrams, _LAMPS)
        progress = list(_watched(flood, listener, gateway, uplinks))
        elapsed_s = time.perf_counter() - begun_s
        cpu_s, rss_mb = gateway.cpu_s() - cpu_before_s, gateway.peak_rss_mb()
        lost = len({told_as for told_as, _ in frames} - set(listener.ids()))
        forwarder.close()
        listener.close()
    finally:
        gateway.stop()
    tell("paho alone, again", 2, _STEPS)
    paho_rates.append(_paho_rate(broker, uplinks))  # a machine is not equally fast all the time
    tell("SQLite alone", 3, _STEPS)
    return Run(
        uplinks=uplinks,
        rate=uplinks / elapsed_s,
        paho_rate=fmean(paho_rates),
        sqlite_rate=_bare("sqlite", folder / "bare.sqlite", uplinks),
        cpu_s_per_1000=1000 * cpu_s / uplinks,
        rss_mb=rss_mb,
        lost=lost,
        again=flood.again,
        broker=broker.name,
        progress=progress,
    )


def _watched(
    flood: Flood, listener: Listener, gateway: Gateway, uplinks: int
) -> Iterator[tuple[float, int, int]]:
    """Go on until the last has had its PUBACK. Raises TimeoutError when nothing moves any more."""
    begun_s = moved_s = time.perf_counter()
    sampled_s, seen = 0.0, (0, 0)
    while listener.heard < uplinks or not flood.is_over:
        flood.push()
        _pause(listener)
        now_s = time.perf_counter()
        if now_s - sampled_s >= _SAMPLE_S:
            sampled_s = now_s
            yield now_s - begun_s, flood.acknowledged, listener.heard
            reached = flood.acknowledged, listener.heard
            moved_s, seen = (now_s, reached) if reached != seen else (moved_s, seen)
            if now_s - moved_s > _QUIET_S and flood.is_over and not _unsent(gateway.database):
                break
            if now_s - moved_s > _PATIENCE_S:
                raise TimeoutError(
                    f"nothing has moved for {_PATIENCE_S:.0f} s: of {uplinks} uplinks {flood.acknowledged}"
                    f" acknowledged, {listener.heard} heard, {_unsent(gateway.database)} wait for the broker"
                )
    _wait(lambda: not _unsent(gateway.database))
    yield time.perf_counter() - begun_s, flood.acknowledged, listener.heard


def _pause(listener: Listener) -> None:
    time.sleep(_ROUND_S)
    listener.receive()


def _unsent(database: Path) -> int:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM outbox").fetchone()[0]


def _wait(reached: Callable[[], bool]) -> None:
    end_s = time.monotonic() + _PATIENCE_S
    while not reached():
        if time.monotonic() > end_s:
            raise TimeoutError("messages stay in the outbox")
        time.sleep(0.005)


def _paho_rate(broker: Broker, uplinks: int) -> float:
    """With a listener too, so that the broker has the same to do."""
    listener = Listener(broker.port, "bare/+/report", _MARK)
    child = _start("paho", broker.port, "bare/lamp-00001/report", uplinks)
    try:
        while child.poll() is None:
            _pause(listener)
        return float(child.communicate()[0])
    finally:
        child.kill()  # it would wait for a broker that has gone
        child.wait()
        listener.close()


def _bare(which: str, *given: object) -> float:
    return float(_start(which, *given).communicate()[0])


def _start(which: str, *given: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "corolle_tools.bench.bare", which, *map(str, given)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
