"""A ChirpStack as its MQTT integration shows it: events and commands in the words of its documentation.

The events are the examples of its documentation ("Event types", v4) with what differs from one to the
next put in; what it does with a command is said in "MQTT integration" and integration.proto. Class A hears
what is in its queue a moment after an uplink (`get_downlink_data_delay`), class C at once. An id can be in
the queues once, and a join empties them if the profile says so (storage/device_queue.rs, uplink/join.rs).
"""

import base64
import datetime
import json
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from corolle.wire import codec
from corolle.wire.schema import ACK, CANOPY_REPORT, COMMAND, LAMP_REPORT
from gateway_process import PATIENCE_S, GatewayProcess
from gateway_street import Street
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from radio_device import Device

_DATA_DELAY_S, _LONGEST_DELAY_S = 0.2, 1.0  # on a busy machine it waits for who is late
_LAMP = {"level_pct": 10, "reason": 17, "power_w": 4.2, "passages": 0, "faults": 0, "presence": 0}
_CANOPY = {
    "valve_open": 0,
    "reason": 33,
    "soil1_vwc_pct": 21.4,
    "litres_total": 0,
    "litres_today": 0,
    "faults": 0,
}


class Unit(Device):
    """A unit whose session ChirpStack keeps."""

    dev_addr = "00189440"

    def report_payload(self, **values: Any) -> tuple[int, bytes]:
        """FPort and payload of the next periodic report."""
        self.seq = (self.seq + 1) % 256
        if self.kind == "lamp":
            said = {"energy_wh": 0, **_LAMP, "seq": self.seq, **values}
            return LAMP_REPORT.port, codec.encode(LAMP_REPORT, said)
        return CANOPY_REPORT.port, codec.encode(CANOPY_REPORT, {**_CANOPY, "seq": self.seq, **values})

    def verdict(self, command: dict[str, Any], value: int = 40) -> tuple[int, bytes]:
        """FPort and payload of "I obey"."""
        return ACK.port, codec.encode(ACK, {"id": command["id"], "verdict": 0, "reason": 4, "value": value})

    def told_id(self, f_cnt: int) -> str:
        """The id under which the gateway publishes an uplink."""
        return f"{self.name}-{self.dev_addr}-{f_cnt}"


def read_command(body: dict[str, Any]) -> dict[str, Any]:
    """The order in what ChirpStack was told to send."""
    assert body["fPort"] == COMMAND.port
    return codec.unpack(COMMAND, base64.b64decode(body["data"], validate=True))


class ChirpStack:
    """On the broker at 127.0.0.1:`port`. `sends`: whether its concentrators take what it wants to send.
    `flushes`: flushQueueOnActivate of its device profiles.
    """

    def __init__(self, port: int, *units: Unit, now: Callable[[], float] = time.time, flushes: bool = False):
        self.application = str(uuid.uuid4())
        self.section = (
            f'[chirpstack]\nurl = "mqtt://127.0.0.1:{port}"\napplications = ["{self.application}"]\n'
        )
        self.sends = True
        self.commands: list[dict[str, Any]] = []
        self._units = {unit.dev_eui.hex(): unit for unit in units}
        self._queues: dict[str, list[dict[str, Any]]] = {eui: [] for eui in self._units}
        self._now = now
        self._flushes = flushes
        self._arrived = threading.Condition()
        subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, f"chirpstack-{self.application}")
        self._client.on_message = self._on_command
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_connect = self._on_connect
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert subscribed.wait(PATIENCE_S)

    def close(self) -> None:
        """End it."""
        self._client.disconnect()
        self._client.loop_stop()

    def up(self, unit: Unit, port: int, payload: bytes, **changed: Any) -> dict[str, Any]:
        """What it tells of the unit's next uplink; `changed` overrules."""
        f_cnt, unit.f_cnt = unit.f_cnt, unit.f_cnt + 1
        said = {
            "deduplicationId": str(uuid.uuid4()),
            "time": self.time(),
            "deviceInfo": self.device_info(unit),
            "devAddr": unit.dev_addr,
            "dr": 1,
            "fCnt": f_cnt,
            "fPort": port,
            "data": base64.b64encode(payload).decode(),
            "rxInfo": [
                {
                    "gatewayId": "0016c001f153a14c",
                    "uplinkId": 4217106255,
                    "rssi": -36,
                    "snr": 10.5,
                    "context": "E3OWOQ==",
                    "metadata": {"region_name": "eu868", "region_common_name": "EU868"},
                }
            ],
            "txInfo": {
                "frequency": 867100000,
                "modulation": {
                    "lora": {"bandwidth": 125000, "spreadingFactor": 11, "codeRate": "CR_4_5"},
                },
            },
        }
        return said | changed

    def hear(self, unit: Unit, port: int, payload: bytes, **changed: Any) -> dict[str, Any] | None:
        """Tell of the unit's next uplink; the command it hears after it, if it is of class A."""
        self.tell(unit, "up", self.up(unit, port, payload, **changed))
        if unit.kind == "lamp":
            return None
        time.sleep(_DATA_DELAY_S)
        with self._arrived:
            self._arrived.wait_for(lambda: self._queues[unit.dev_eui.hex()], _LONGEST_DELAY_S)
        return self._send_next(unit)

    def hear_hastily(self, unit: Unit, port: int, payload: bytes) -> dict[str, Any] | None:
        """The same of one that looks into its queue before the gateway can have answered."""
        command = self._send_next(unit)
        self.tell(unit, "up", self.up(unit, port, payload))
        return command

    def join(self, unit: Unit, dev_addr: str) -> None:
        """Give the unit another session, and tell of it."""
        unit.dev_addr, unit.f_cnt = dev_addr, 0
        if self._flushes:
            self._queues[unit.dev_eui.hex()].clear()
        head = {"time": self.time(), "deviceInfo": self.device_info(unit)}
        self.tell(unit, "join", head | {"deduplicationId": str(uuid.uuid4()), "devAddr": dev_addr})

    def tell(self, unit: Unit, kind: str, body: Any, qos: int = 1) -> None:
        """Publish an event; anything that is no dictionary as it is."""
        payload = json.dumps(body) if isinstance(body, dict) else body
        self.publish(f"device/{unit.dev_eui.hex()}/event/{kind}", payload, qos)

    def publish(self, topic: str, payload: str | bytes, qos: int = 1) -> None:
        """Publish below the application; done when the broker has it."""
        info = self._client.publish(f"application/{self.application}/{topic}", payload, qos=qos)
        if threading.current_thread().name == "MainThread":
            info.wait_for_publish(PATIENCE_S)

    def log(self, unit: Unit, code: str, **context: str) -> None:
        """An error."""
        said = {"time": self.time(), "deviceInfo": self.device_info(unit), "level": "ERROR", "code": code}
        self.tell(unit, "log", {**said, "description": "as it says", "context": context})

    def discard(self, unit: Unit, code: str) -> None:
        """Take the first message out of a unit's queue, and say why."""
        item = self._queues[unit.dev_eui.hex()].pop(0)
        self.log(unit, code, queue_item_id=item["id"])

    def wait_command(self, number: int = 1, wait_s: float = PATIENCE_S) -> dict[str, Any]:
        """The command that came as this one in order, as it came."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.commands) >= number, wait_s):
                raise AssertionError(f"{len(self.commands)} commands came: {self.commands}")
            return self.commands[number - 1]

    def time(self, at_s: float | None = None) -> str:
        """A time as Protocol Buffers' JSON has it."""
        moment = datetime.datetime.fromtimestamp(self._now() if at_s is None else at_s, datetime.UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "775+00:00"

    def device_info(self, unit: Unit) -> dict[str, Any]:
        """Whose event it is."""
        return {
            "tenantId": "52f14cd4-c6f1-4fbd-8f87-4025e1d49242",
            "tenantName": "ChirpStack",
            "applicationId": self.application,
            "applicationName": "Test application",
            "deviceProfileId": "14855bf7-d10d-4aee-b618-ebfcb64dc7ad",
            "deviceProfileName": "Test device-profile",
            "deviceName": unit.name,
            "devEui": unit.dev_eui.hex(),
            "tags": {"key": "value"},
        }

    def _on_connect(self, client: Client, *_: Any) -> None:
        client.subscribe(f"application/{self.application}/device/+/command/+", qos=1)

    def _on_command(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        _, _, _, eui, _, kind = message.topic.split("/")
        body = json.loads(message.payload)
        assert kind == "down" and body["devEui"] == eui and 0 < body["fPort"] < 224
        with self._arrived:
            self.commands.append(body)
            if all(item["id"] != body["id"] for item in self._queues[eui]):
                self._queues[eui].append(body)
            self._arrived.notify_all()
        if self._units[eui].kind == "lamp":
            self._send_next(self._units[eui])

    def _send_next(self, unit: Unit) -> dict[str, Any] | None:
        queue = self._queues[unit.dev_eui.hex()]
        while queue and queue[0]["expiresAt"] < self.time():
            self.discard(unit, "EXPIRED")
        if not queue or not self.sends:
            return None
        item = queue.pop(0)
        self.tell(unit, "txack", self._tx_ack(unit, item))
        return read_command(item)

    def _tx_ack(self, unit: Unit, item: dict[str, Any]) -> dict[str, Any]:
        return {
            "downlinkId": 3461958127,
            "time": self.time(),
            "deviceInfo": self.device_info(unit),
            "queueItemId": item["id"],
            "fCntDown": 2,
            "gatewayId": "0016c001f153a14c",
            "txInfo": {
                "frequency": 867900000,
                "power": 14,
                "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7, "codeRate": "CR_4_5"}},
                "timing": {"delay": {"delay": "1s"}},
                "context": "ICYVGw==",
            },
        }


Maker = Callable[..., ChirpStack]


def started(street: Street, server: ChirpStack, *units: Unit, **more: Any) -> GatewayProcess:
    """A gateway that listens to it, and to the city."""
    gateway = street.gateway(*units, **{"radio": server.section, **more})
    for broker in ("chirpstack", "broker"):
        gateway.wait_log(f"event={broker}_subscribed")
    return gateway
