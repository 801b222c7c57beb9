"""The real gateway beside a genuine node: heard, asked and commanded over the air by bleak on an adapter."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from city_client import City
from corolle.wire import bthome
from corolle.wire.derive import BIND, derive
from corolle_gateway.links.lorawan.keys import Key
from corolle_hil.ble.adapter import Adapter
from corolle_hil.ble.bleak_backend import adapter_lines
from corolle_hil.pace import Paced
from corolle_hil.world.propagation import Position
from corolle_tools.firmware import modules
from gateway_process import GatewayProcess, StreetClock
from gateway_street import join
from mqtt_broker import Broker
from packet_forwarder import PacketForwarder
from radio_device import Device

_SPEED = 16  # street seconds in a real one
_START_S = 1_784_058_000.0
_PARTS = ("/radio/ble/", "/wire/", "/corolle/__init__", "/radio/__init__")
_ADDRESS = b"\x00\x00\x5e\x00\x53\x02"

# A node's near field, and a unit that obeys every command and reports the same all day.
_NODE = """
import asyncio, bluetooth, time, cryptolib
from corolle.wire import codec, gatt_words
from corolle.wire.cmac import cmac, subkeys
from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.lamp_report import LAMP_REPORT
from corolle.wire.orders import ACK, COMMAND
from corolle.radio.ble.near import Near
from corolle.radio.ble.service import Service

class Key:
    def __init__(self, raw):
        self.raw = raw
        self.k1, self.k2 = subkeys(self.encrypt)
    def encrypt(self, blocks):
        return cryptolib.aes(self.raw, 1).encrypt(blocks)
    def cmac(self, data):
        chain = lambda blocks: cryptolib.aes(self.raw, 2, bytes(16)).encrypt(blocks)
        return cmac(chain, self.k1, self.k2, data)

class Counter:
    next = 100
    def take(self):
        self.next += 1
        return self.next

REPORT = {"seq": 7, "level_pct": 30, "reason": 17, "power_w": 12.5, "energy_wh": 1000, "passages": 3,
    "temperature_c": 21, "faults": 0, "presence": 0}

runs = {"base_pct": 20, "hold_s": 60}

def lines():
    return "\\n".join("{}={}".format(*pair) for pair in sorted(runs.items())).encode()

def answer(message):
    code, number, body = gatt_words.split(message)
    if code == 1:
        command = codec.unpack(COMMAND, body)
        print("command", command["verb"], command["value"], command["author"])
        ack = {"id": command["id"], "verdict": 0, "reason": 4, "value": command["value"]}
        return gatt_words.answer(message, 0, codec.encode(ACK, ack))
    if code == 2:
        return gatt_words.answer(message, 0, gatt_words.page(lines(), int.from_bytes(body, "little")))
    if code == 3:
        for line in body.decode().split():
            runs[line.split("=")[0]] = int(line.split("=")[1])
        print("set", body.decode().split())
        return gatt_words.answer(message, 0, body)
    if code == 4:
        print("asked")
        return gatt_words.answer(message, 0, bytes((10,)) + codec.encode(LAMP_REPORT, REPORT))
    return gatt_words.answer(message, 1)

app_key, refused = Key(RAW), {}
ble = bluetooth.BLE()
ble.active(True)
readings = lambda: [(0x02, 21.5), (0x0B, 38.4), (0x4D, 1234.567), (0x05, 12.5), (0x21, 1)]
uptime = lambda: time.ticks_ms() // 1000
service = Service(ble, Key(derive(app_key, SERVICE)), Key, ("lamp", "02aa", "0.1.0"), answer, uptime, refused)
near = Near(ble, Counter(), Key(derive(app_key, BIND)), readings, None, 1, lambda: None, None, refused)
near.service = service
async def main():
    asyncio.create_task(near.run(lambda s: None))
    await service.run(lambda s: None)
asyncio.run(main())
"""


class Place:
    """A street with an adapter in it, and a gateway that uses it. Time goes by where somebody waits."""

    def __init__(self, yard: Any, folder: Path, broker: Broker, devices: list[Device]):
        self.yard = yard
        self.adapter: Adapter | None = None
        self._path = folder / "hci"
        self.clock = StreetClock(folder / "clock", _SPEED, _START_S)
        lines = f'url = "mqtt://127.0.0.1:{broker.port}"'
        more = adapter_lines(self._path)
        self.gateway = GatewayProcess(folder, "gw-ble", lines, devices, self.clock.path, more)
        self.gateway.start()
        self.city = City(broker.port, "gw-ble").ready()

    def plug_in(self) -> None:
        """Offer the gateway an adapter."""
        self.adapter = Adapter(self.yard.link, "gateway", Position(10, 0), _ADDRESS, self._path)

    def until(self, said: Callable[[], Any], wait_s: float = 60.0) -> Any:
        """Let the street live until something is true; what it is."""
        end = time.monotonic() + wait_s
        while not (found := said()):
            assert time.monotonic() < end, f"{self.city.messages}\n{self.gateway.log.read_text()}"
            self.yard.run(0.1 * _SPEED)
        return found

    def bodies(self, topic: str, **wanted: Any) -> Callable[[], list[Any]]:
        """The bodies on a topic that hold these values."""
        return lambda: [body for body in self.city.of(topic) if wanted.items() <= body.items()]

    def rejected(self, cause: str) -> Callable[[], int]:
        """How many were refused for a cause, by the last status."""
        return lambda: max([body.get("rejected", {}).get(cause, 0) for body in self.city.of("status")] or [0])

    def close(self) -> None:
        self.gateway.kill()
        self.city.close()
        self.clock.close()
        if self.adapter:
            self.adapter.close()


@pytest.fixture(scope="module")
def program() -> dict[str, bytes]:
    return {path: data for path, data in modules().items() if any(part in path for part in _PARTS)}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    (tmp_path / "broker").mkdir()
    broker = Broker(tmp_path / "broker").start()
    yield broker
    broker.stop()


@pytest.fixture
def place(yard, tmp_path: Path, broker: Broker) -> Iterator[Callable[..., Place]]:
    made: list[Place] = []

    def make(*devices: Device) -> Place:
        made.append(Place(yard(pace=Paced(_SPEED)), tmp_path, broker, list(devices)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_a_node_is_heard_asked_and_commanded(place, program):
    lamp = Device("lamp-1")
    here = place(lamp)
    here.plug_in()
    here.yard.board("post", 0, f"RAW = {lamp.raw_key!r}\n" + _NODE, program)
    [report] = here.until(here.bodies("lamp-1/report", seq=7))
    assert (report["level_pct"], report["reason"], report["power_w"]) == (30, "schedule", 12.5)
    assert report["radio"]["link"] == "ble" and -80 < report["radio"]["rssi_dbm"] < -40
    here.city.order("lamp-1", id="a", verb="level", value=40, author="ops")
    [ack] = here.until(here.bodies("lamp-1/ack", id="a", status="acknowledged"))
    assert ack["value"] == 40
    assert [body["status"] for body in here.city.of("lamp-1/ack")] == ["accepted", "sent", "acknowledged"]
    assert [line for line in here.yard.said("post") if line.startswith("command")] == ["command 1 40 ops"]
    [reading] = here.until(here.bodies("lamp-1/reading"))
    wanted = {
        "temperature_c": 21.5,
        "power_w": 38.4,
        "energy_kwh": 1234.567,
        "illuminance_lx": 12.5,
        "presence": True,
    }
    assert wanted.items() <= reading.items()
    assert here.yard.said("post").count("asked") == 1, "a unit that reports is left alone"


def test_forged_and_replayed_adverts_are_refused_and_counted(place, program):
    lamp = Device("lamp-1")
    here = place(lamp)
    key, mac = Key(derive(lamp.app_key, BIND)), bytes.fromhex("020000000101")
    older, newer = (bthome.build([(0x02, 50.0)], 0, n, key, mac) for n in (5, 9))
    forged = bthome.build([(0x02, 99.0)], 0, 20, Key(bytes(16)), mac)
    plain = b"\x02\x01\x06\x0c\x16\xd2\xfc\x40\x00\x05\x02\x10\x27\x03\x10\x27"
    send = (
        "import bluetooth, time\nble = bluetooth.BLE(); ble.active(True)\n"
        "def say(data, s):\n    ble.gap_advertise(100000, data, connectable=False)\n    time.sleep(s)\n"
        f"say({newer!r}, 4)\nsay({older!r}, 4)\nsay({forged!r}, 4)\nsay({newer!r}, 300)\n"
    )
    stranger = (
        "import bluetooth, time\nble = bluetooth.BLE(); ble.active(True)\n"
        f"ble.gap_advertise(100000, {plain!r})\ntime.sleep(900)\n"
    )
    here.plug_in()
    here.until(lambda: here.adapter.in_use)
    here.yard.board("liar", 0, send)
    here.yard.board("stranger", 3, stranger)
    for cause in ("ble_replayed", "ble_bad_mic", "ble_not_encrypted"):
        here.until(here.rejected(cause))
    here.yard.run(40)  # by then whatever is believed is told
    assert not here.city.of("lamp-1/reading")
    assert not here.city.of("lamp-1/report")


def test_an_adapter_that_comes_late_is_found(place, program):
    lamp = Device("lamp-1")
    here = place(lamp)
    here.until(here.rejected("ble_no_adapter"))
    here.plug_in()
    here.yard.board("post", 0, f"RAW = {lamp.raw_key!r}\n" + _NODE, program)
    here.until(here.bodies("lamp-1/report", seq=7))


def test_one_unit_on_two_links_reports_once_and_is_reached_by_either(place, program):
    lamp = Device("lamp-1")
    here = place(lamp)
    here.plug_in()
    here.yard.board("post", 0, f"RAW = {lamp.raw_key!r}\n" + _NODE, program)
    here.until(here.bodies("lamp-1/report", seq=7))
    forwarder = PacketForwarder(here.gateway.port, "0102030405060708", 1_000_000)
    forwarder.pull()
    lamp.seq = 6
    join(lamp, forwarder)  # its first report is the seventh
    here.until(lambda: [body for body in here.city.of("status") if body["counters"].get("twins")])
    assert len(here.city.of("lamp-1/report")) == 1
    here.adapter.close()
    here.adapter = None
    here.city.order("lamp-1", id="far", verb="level", value=55, author="ops")
    answer = here.until(lambda: forwarder.downlink(0.1))
    assert lamp.command(answer[1])["value"] == 55
    assert "command 1 55 ops" not in here.yard.said("post")
    forwarder.close()


def test_a_class_a_unit_that_comes_near_need_not_speak_first(place, program):
    canopy = Device("canopy-1", "canopy", 2)
    here = place(canopy)
    here.plug_in()
    here.until(here.bodies("status", state="online"))
    here.city.order("canopy-1", id="c", verb="open", value=120, author="ops")
    here.until(here.bodies("canopy-1/ack", id="c", status="queued"))
    here.yard.board("canopy", 0, f"RAW = {canopy.raw_key!r}\n" + _NODE, program)
    here.until(here.bodies("canopy-1/ack", id="c", status="acknowledged"))
    assert "command 3 120 ops" in here.yard.said("canopy")


def test_settings_go_to_a_unit_that_is_near(place, program):
    canopy, lamp = Device("canopy-1", "canopy", 2), Device("lamp-1")
    here = place(canopy, lamp)
    here.plug_in()
    here.until(here.bodies("status", state="online"))
    wish = {"verb": "settings", "id": "w", "settings": {"base_pct": 25, "hold_s": 90}}
    here.city.order("lamp-1", **wish)
    here.until(here.bodies("lamp-1/settings", agreed=None))
    here.yard.board("post", 0, f"RAW = {lamp.raw_key!r}\n" + _NODE, program)
    [told] = here.until(here.bodies("lamp-1/settings", agreed=True))
    assert (told["reported"]["base_pct"], told["reported"]["hold_s"]) == (25, 90)
    assert (told["desired"], told["drift"]) == ({"base_pct": 25, "hold_s": 90}, {})
    said = [line for line in here.yard.said("post") if line.startswith("set")]
    assert said == ["set ['base_pct=25', 'hold_s=90']"]
    here.city.order("lamp-1", verb="settings", id="x", settings={"base_pct": 40})
    here.until(
        lambda: [each for each in here.city.of("lamp-1/settings")[-1:] if each["reported"]["base_pct"] == 40]
    )
