"""`corolle bench`: small runs of what is measured in earnest by hand."""

import json
import os
import random
import socket
import subprocess
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corolle.wire import codec, lorawan
from corolle.wire.schema import COMMAND
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.model import SessionRecord
from corolle_tools.app import app
from corolle_tools.bench import bad_events, fleet, kill, mutations, town
from corolle_tools.bench import gateway as gateway_bench
from corolle_tools.bench.flood import Flood
from corolle_tools.bench.forwarder import Forwarder, push_data
from corolle_tools.bench.lamps import Lamp
from corolle_tools.bench.processes import Broker
from corolle_tools.bench.town import Town
from typer.testing import CliRunner

# The whole number: COROLLE_MUTATIONS=200000.
_MUTATIONS = int(os.environ.get("COROLLE_MUTATIONS", "3000"))


@pytest.mark.timeout(900)
def test_nothing_that_is_sent_to_the_gateway_escapes_it(tmp_path: Path):
    found = mutations.measure(_MUTATIONS, seed=20_260_714)
    assert found.escaped == 0
    # So many are refused, and so many taken, that a third of them that never came would be missed.
    assert sum(found.causes.values()) > 0.7 * found.sent and found.taken > 0.2 * found.sent
    for cause in ("bad_json", "bad_mic", "unknown_packet", "command_bad_json", "command_out_of_range"):
        assert found.causes[cause] > 0
    for cause in ("bad_json", "bad_field", "bad_topic", "unknown_device"):
        assert found.causes["chirpstack_" + cause] > 0


def test_mutations_are_the_same_for_the_same_seed():
    first, again, other = (_mutations(seed) for seed in (7, 7, 8))
    assert first == again != other


def _mutations(seed: int) -> list[Any]:
    random_, lamps = random.Random(seed), [Lamp(1), Lamp(2)]
    for lamp in lamps:
        lamp.settle(SessionRecord(lamp.name, lamp.number, bytes(16), bytes(16), 1))
    return [
        made
        for number in range(300)
        for made in (
            mutations.bad_datagram(random_, lamps),
            mutations.bad_order(random_),
            bad_events.bad_event(random_, lamps, number),
        )
    ]


def test_a_killed_gateway_loses_nothing_whatever_the_weather():
    toll = kill.measure(kills=3, seed=3)
    assert toll.kills == 3 and toll.acknowledged > 50
    assert (toll.lost, toll.delivered) == (0, toll.acknowledged)
    assert toll.is_as_promised and toll.at_most >= 3 * 80 + 2 * 40
    assert not replace(toll, duplicates=toll.at_most + 1).is_as_promised


def test_the_bench_prints_a_table_a_picture_and_a_line_of_json(tmp_path: Path):
    png = tmp_path / "bench.png"
    shown = CliRunner().invoke(app, ["bench", "gateway", "--uplinks", "500", "--png", str(png), "--json"])
    assert shown.exit_code == 0, shown.output
    figures = json.loads(shown.stdout.splitlines()[-1])
    assert list(figures) == ["uplinks", "rate", "paho_rate", "ratio", "cpu_s_per_1000", "rss_mb", "lost"]
    assert (figures["uplinks"], figures["lost"]) == (500, 0)
    assert figures["ratio"] == pytest.approx(figures["rate"] / figures["paho_rate"], abs=0.01)
    assert png.read_bytes().startswith(b"\x89PNG")


def test_what_is_lost_is_a_failure(monkeypatch: pytest.MonkeyPatch):
    run = gateway_bench.Run(500, 9e3, 1e4, 1e5, 0.08, 57.0, 1, 0, "mosquitto", [])
    monkeypatch.setattr(gateway_bench, "measure", lambda uplinks, tell: run)
    assert CliRunner().invoke(app, ["bench", "gateway"]).exit_code == 1


@pytest.mark.parametrize("bench", ["gateway", "fleet"])
@pytest.mark.parametrize(
    ("png", "said"), [("/nowhere/run.png", "no folder /nowhere"), ("run.jpg", ".png, .svg, .pdf")]
)
def test_a_picture_that_cannot_be_written_is_refused_before_the_run(bench: str, png: str, said: str):
    shown = CliRunner().invoke(app, ["bench", bench, "--png", png], env={"COLUMNS": "200"})
    assert shown.exit_code == 2 and said in shown.stderr


def test_a_broker_that_goes_ends_the_run_with_a_sentence_and_leaves_nobody_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    started: list[subprocess.Popen[str]] = []
    start, measure = gateway_bench._start, gateway_bench._measured

    def start_noted(which: str, *given: object) -> "subprocess.Popen[str]":
        started.append(start(which, *given))
        return started[-1]

    def measure_without(folder: Path, broker: Broker, *given: Any) -> gateway_bench.Run:
        threading.Timer(1.0, broker.stop).start()
        return measure(folder, broker, *given)

    monkeypatch.setattr(gateway_bench, "_start", start_noted)
    monkeypatch.setattr(gateway_bench, "_measured", measure_without)
    shown = CliRunner().invoke(app, ["bench", "gateway", "--uplinks", "60000"])
    assert (shown.exit_code, shown.stderr) == (1, "the broker has gone\n")
    assert started and all(child.returncode is not None for child in started)


def test_a_town_whose_gateway_has_gone_does_not_wait_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(town, "_PATIENCE_S", 0.5)
    with fleet._town(tmp_path, 600) as small:
        small.gateway.kill()
        for lamp in small.lamps:
            small.say(lamp, "reports", lamp.report()[1])
        with pytest.raises(TimeoutError, match="600 frames wait"):
            _turn_for_ever(small)


def _turn_for_ever(small: Town) -> None:
    while True:
        small.turn()
        time.sleep(0.001)


def test_a_small_town_reports_is_dimmed_and_comes_back_after_a_power_cut(tmp_path: Path):
    png = tmp_path / "fleet.png"
    sizes = "--units 100 --quarters 2 --joining 10 --group 5".split()
    shown = CliRunner().invoke(app, ["bench", "fleet", *sizes, "--png", str(png), "--json"])
    assert shown.exit_code == 0, shown.output
    figures = json.loads(shown.stdout.splitlines()[-1])
    assert (figures["units"], figures["uplinks"], figures["lost"]) == (100, 200, 0)
    assert (figures["joined"], figures["dimmed"], figures["together"]) == (10, 5, 100)
    assert figures["booted"] == 100
    assert figures["rss_mb_a_day"] is None  # half an hour says nothing of a day
    assert figures["store_mb_a_day"] > 0 and figures["rss_mb"] < 100
    assert png.read_bytes().startswith(b"\x89PNG")


def test_a_lamp_does_not_obey_what_is_of_a_session_that_it_has_left():
    """The gateway goes on in the old one until the lamp has spoken in the new one."""
    before, now = (SessionRecord("lamp-00001", 7, bytes([n]) * 16, bytes([n + 1]) * 16, n) for n in (1, 5))
    order = {"id": 3, "verb": 0, "value": 40, "until_s": 2_000_000_000, "author": "ops"}
    keys = Key(before.nwk_skey), Key(before.app_skey)
    payload = codec.encode(COMMAND, order)
    phy = lorawan.build_data(lorawan.UNCONFIRMED_DOWN, 7, 0, 0, b"", COMMAND.port, payload, *keys)
    lamp = Lamp(1)
    lamp.settle(before)
    assert lamp.obey(phy)
    lamp.settle(now)
    assert lamp.obey(phy) is None


def test_a_flood_sends_again_what_is_not_acknowledged_and_keeps_each_lamps_order():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gateway:
        gateway.bind(("127.0.0.1", 0))
        gateway.settimeout(20)
        forwarder = Forwarder(gateway.getsockname()[1])
        flood = Flood(forwarder, [push_data(token, b"frame") for token in range(6)], window=3)
        flood.push()
        first = [gateway.recvfrom(999) for _ in range(3)]
        for data, source in first[1:]:  # the first one was lost
            gateway.sendto(data[:3] + b"\x01", source)
        time.sleep(1.1)
        flood.push()
        assert gateway.recv(999)[1:3] == b"\0\0" and flood.again == 1
        assert (flood.acknowledged, flood.is_over) == (2, False)
        gateway.setblocking(False)
        with pytest.raises(BlockingIOError):
            gateway.recv(999)  # nothing goes before it
        gateway.sendto(first[0][0][:3] + b"\x01", first[0][1])
        time.sleep(0.05)
        flood.push()
        assert [gateway.recv(999)[2] for _ in range(3)] == [3, 4, 5]
        forwarder.close()
