"""A program outside the street opens an adapter and finds a board of it: real sockets, real time."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from bumble.core import UUID
from bumble.device import Device, DeviceConfiguration, Peer
from bumble.hci import Address
from bumble.transport import open_transport
from corolle_hil.ble.adapter import Adapter
from corolle_hil.pace import Paced
from corolle_hil.world.propagation import Position

_BOARD = Address("02:00:00:00:01:01", Address.PUBLIC_DEVICE_ADDRESS)
_MAIN = (
    "import bluetooth, time\n"
    "ble = bluetooth.BLE(); ble.active(True)\n"
    "U = bluetooth.UUID\n"
    "((info,),) = ble.gatts_register_services(((U(0xAA00), ((U(0xAA01), bluetooth.FLAG_READ),)),))\n"
    "ble.gatts_write(info, b'corolle')\n"
    "ble.irq(lambda event, data: ble.gap_advertise(50000) if event == 2 else None)\n"
    "ble.gap_advertise(50000, b'\\x02\\x01\\x06'); time.sleep(600)\n"
)
_SPEED = 20  # street seconds in a real one


class Program:
    """A Bumble host in a thread with asyncio's own loop: all it shares with the street is the socket."""

    def __init__(self, yard, path: Path, doing: Callable[[Device], Coroutine[Any, Any, Any]]):
        self._yard = yard
        self._path = path
        self._doing = doing
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> Any:
        """Let street and program live until the program is done."""
        thread = threading.Thread(target=self._live)
        thread.start()
        self._yard.scheduler.run(self._yard.scheduler.now_us + 90_000_000 * _SPEED)
        thread.join(30)
        if self._error:
            raise self._error
        return self._result

    def _live(self) -> None:
        try:
            self._result = asyncio.run(asyncio.wait_for(self._session(), 60))
        except BaseException as error:  # noqa: BLE001 - it is raised again in the test's own thread
            self._error = error
        self._yard.scheduler.stop()

    async def _session(self) -> Any:
        async with await open_transport(f"unix-client:{self._path}") as hci:
            config = DeviceConfiguration(name="gateway", address=Address("F0:00:00:00:00:01"))
            device = Device.from_config_with_hci(config, hci.source, hci.sink)
            await device.power_on()
            return await self._doing(device)


@pytest.fixture
def place(yard, tmp_path: Path):
    """A street at twenty times the speed of life, with a board in it and an adapter ten metres away."""
    here = yard(pace=Paced(_SPEED))
    here.board("board", 0, _MAIN)
    here.run(1)
    adapter = Adapter(here.link, "gateway", Position(10, 0), b"\x00\x00\x5e\x00\x53\x02", tmp_path / "hci")
    yield here, adapter
    adapter.close()


async def _scan(device: Device) -> tuple[bytes, int, bytes]:
    heard: asyncio.Future = asyncio.get_running_loop().create_future()

    def tell(advert) -> None:
        if not heard.done():
            heard.set_result((bytes(advert.address), advert.rssi, bytes(advert.data)))

    device.on("advertisement", tell)
    await device.start_scanning(filter_duplicates=True)
    return await heard


async def _read(device: Device) -> bytes:
    connection = await device.connect(_BOARD)
    peer = Peer(connection)
    await peer.request_mtu(185)
    await peer.discover_services()
    await peer.discover_characteristics()
    value = await peer.get_characteristics_by_uuid(UUID.from_16_bits(0xAA01))[0].read_value()
    await connection.disconnect()
    return bytes(value)


def test_a_program_hears_a_board(place):
    yard, adapter = place
    address, rssi_dbm, data = Program(yard, adapter.path, _scan).run()
    assert address == bytes(_BOARD)
    assert -80 < rssi_dbm < -45
    assert data == b"\x02\x01\x06"


def test_a_program_reads_a_value_and_another_one_may_come(place):
    yard, adapter = place
    assert Program(yard, adapter.path, _read).run() == b"corolle"
    yard.run(1)
    assert not adapter.in_use
    assert Program(yard, adapter.path, _scan).run()[0] == bytes(_BOARD)


def test_nonsense_ends_the_session_and_not_the_street(place):
    yard, adapter = place
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(str(adapter.path))
        sock.sendall(b"\x7f\x00\x00")
        yard.run(4)
        sock.settimeout(20)
        assert sock.recv(1) == b""
    assert not adapter.in_use
    assert yard.radios["board"].station


def test_a_program_may_leave_in_the_moment_in_which_another_one_comes(place):
    yard, adapter = place
    with socket.socket(socket.AF_UNIX) as first, socket.socket(socket.AF_UNIX) as second:
        first.connect(str(adapter.path))
        yard.run(1)
        second.connect(str(adapter.path))
        first.close()
        yard.run(1)
        assert adapter.in_use


def test_the_socket_is_for_this_user_alone(place):
    _, adapter = place
    assert adapter.path.stat().st_mode & 0o777 == 0o600
