"""BlueZ on a private system bus: a dbus-daemon, and python-dbusmock in bluetoothd's place."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from corolle.wire import gatt_words
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from source_tree import ROOT

_PYTHON = ROOT / ".venv" / "dbusmock" / "bin" / "python"
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={path}</listen><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""
_MOCK, _DEVICE = "org.freedesktop.DBus.Mock", "org.bluez.Device1"
ADDRESS = "02:00:00:00:01:01"
_ADAPTER = "/org/bluez/hci0"
_PATH = "/org/bluez/hci0/dev_" + ADDRESS.replace(":", "_")

_SERVICE = f"{_PATH}/service0010"
_INBOX, _OUTBOX = f"{_SERVICE}/char0011", f"{_SERVICE}/char0013"


def is_there() -> bool:
    """Whether this machine has what is needed."""
    return _PYTHON.exists() and shutil.which("dbus-daemon") is not None


class Bluez:
    """One adapter and one unit, as bluetoothd shows them. `can_listen`: whether it scans passively."""

    def __init__(self, folder: Path, can_listen: bool = True):
        self.address = f"unix:path={folder / 'bus'}"
        config = folder / "bus.conf"
        config.write_text(_CONFIG.format(path=folder / "bus"))
        self._daemon = subprocess.Popen(["dbus-daemon", f"--config-file={config}", "--nofork"])
        _wait_for(folder / "bus")
        parameters = json.dumps({"enable_monitor_api": can_listen})
        self._bluetoothd = subprocess.Popen(
            [str(_PYTHON), "-m", "dbusmock", "--system", "-t", "bluez5", "-p", parameters],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address},
            stdout=subprocess.DEVNULL,
        )

    async def open(self) -> "Bluez":
        """Speak with it; it has an adapter, hci0."""
        self._bus = await MessageBus(bus_type=BusType.SYSTEM, bus_address=self.address).connect()
        for _ in range(100):
            if (await self._call("/", "org.freedesktop.DBus.Peer", "Ping")).message_type != MessageType.ERROR:
                break
            await asyncio.sleep(0.05)
        await self.plug_in()
        return self

    def close(self) -> None:
        """End both processes."""
        for process in (self._bluetoothd, self._daemon):
            process.terminate()
            process.wait(10)

    async def plug_in(self) -> None:
        """An adapter, and the unit that it knows of."""
        await self._mock("AddAdapter", "ss", ["hci0", "cabinet"])
        await self._mock("AddDevice", "sss", ["hci0", ADDRESS, "unit"])
        await self.advert({})

    async def pull_out(self) -> None:
        """No adapter, and what it knew is forgotten."""
        await self._mock("RemoveAdapterWithDevices", "s", ["hci0"])

    async def advert(self, service_data: dict[str, bytes], rssi: int = -60) -> None:
        """The unit is heard."""
        told = {
            "ManufacturerData": Variant("a{qv}", {}),
            "ServiceData": Variant(
                "a{sv}", {uuid: Variant("ay", data) for uuid, data in service_data.items()}
            ),
            "RSSI": Variant("n", rssi),
            "ServicesResolved": Variant("b", True),
        }
        await self._call(_PATH, _MOCK, "UpdateProperties", "sa{sv}", [_DEVICE, told])

    async def answer(self, path: str, interface: str, method: str, error: str | None) -> None:
        """From now on a method without arguments fails with this error of BlueZ's; None: it succeeds."""
        code = f"raise dbus.exceptions.DBusException('no', name='org.bluez.Error.{error}')"
        await self._call(
            path, _MOCK, "AddMethod", "sssss", [interface, method, "", "", code if error else ""]
        )

    async def refuse_connections(self, error: str) -> None:
        """Connecting to the unit fails."""
        await self.answer(_PATH, _DEVICE, "Connect", error)

    async def answer_discovery(self, error: str | None) -> None:
        """What comes of beginning to scan."""
        await self.answer(_ADAPTER, "org.bluez.Adapter1", "StartDiscovery", error)

    async def discoveries(self) -> int:
        """How often a scan was begun, or was to be."""
        return len((await self._call(_ADAPTER, _MOCK, "GetMethodCalls", "s", ["StartDiscovery"])).body[0])

    async def offer(self, serve: Callable[[bytes], Iterable[bytes]]) -> None:
        """The unit has its service: what `serve` makes of a frame that is written is notified."""
        service = {"UUID": Variant("s", gatt_words.SERVICE), "Device": Variant("o", _PATH)}
        await self._add(_SERVICE, "org.bluez.GattService1", service | {"Primary": Variant("b", True)}, [])
        await self._add_characteristic(_INBOX, gatt_words.INBOX, "write", [["WriteValue", "aya{sv}", "", ""]])
        notify = [["StartNotify", "", "", ""], ["StopNotify", "", "", ""]]
        await self._add_characteristic(_OUTBOX, gatt_words.OUTBOX, "notify", notify)
        frames: asyncio.Queue[bytes] = asyncio.Queue()

        def heard(message: Message) -> None:
            if message.member == "MethodCalled" and message.body[0] == "WriteValue":
                frames.put_nowait(message.body[1][0].value)

        async def answer() -> None:
            while True:
                for frame in serve(await frames.get()):
                    told = ["org.bluez.GattCharacteristic1", {"Value": Variant("ay", frame)}]
                    await self._call(_OUTBOX, _MOCK, "UpdateProperties", "sa{sv}", told)

        await self._listen(heard, _INBOX, "MethodCalled")
        self._serving = asyncio.create_task(answer())

    async def watch_power(self) -> list[bool]:
        """A list that grows by each change of the adapter's power."""
        seen: list[bool] = []

        def heard(message: Message) -> None:
            if message.member == "PropertiesChanged" and "Powered" in message.body[1]:
                seen.append(message.body[1]["Powered"].value)

        await self._listen(heard, _ADAPTER, "PropertiesChanged")
        return seen

    async def _listen(self, heard: Callable[[Message], None], path: str, signal: str) -> None:
        self._bus.add_message_handler(heard)
        rule = f"type='signal',path='{path}',member='{signal}'"
        bus = "org.freedesktop.DBus"
        await self._bus.call(Message(bus, "/", bus, "AddMatch", signature="s", body=[rule]))

    async def _add_characteristic(self, path: str, uuid: str, flag: str, methods: list[list[str]]) -> None:
        values = {
            "UUID": Variant("s", uuid),
            "Service": Variant("o", _SERVICE),
            "Value": Variant("ay", b""),
            "Flags": Variant("as", [flag]),
            "MTU": Variant("q", 247),
        }
        await self._add(path, "org.bluez.GattCharacteristic1", values, methods)

    async def _add(
        self, path: str, interface: str, values: dict[str, Variant], methods: list[list[str]]
    ) -> None:
        reply = await self._call(
            "/", _MOCK, "AddObject", "ssa{sv}a(ssss)", [path, interface, values, methods]
        )
        assert reply.message_type != MessageType.ERROR, reply.body

    async def _mock(self, method: str, signature: str, body: list[Any]) -> None:
        reply = await self._call("/org/bluez", "org.bluez.Mock", method, signature, body)
        assert reply.message_type != MessageType.ERROR, reply.body

    async def _call(
        self, path: str, interface: str, method: str, signature: str = "", body: list[Any] | None = None
    ) -> Message:
        message = Message("org.bluez", path, interface, method, signature=signature, body=body or [])
        reply = await self._bus.call(message)
        assert reply is not None
        return reply


def _wait_for(path: Path) -> None:
    for _ in range(200):
        if path.exists():
            return
        time.sleep(0.02)
    raise AssertionError("the bus does not listen")
