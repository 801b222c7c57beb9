"""The link on bleak's genuine way to BlueZ: a real D-Bus, and bluetoothd's own answers played by dbusmock."""

import asyncio
import io
import secrets
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from bluez_double import ADDRESS, Bluez, is_there
from corolle.wire import gatt_words
from corolle.wire.derive import SERVICE, derive
from corolle.wire.gatt_unit import Unit as UnitSession
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.links.ble.neighbours import Neighbour, Neighbours
from corolle_gateway.links.ble.pool import Pool
from corolle_gateway.links.ble.recovery import Recovery
from corolle_gateway.links.ble.refused import Refused
from corolle_gateway.links.ble.scanning import Scanning
from corolle_gateway.links.ble.stack import BTHOME, Stack
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.log import Log
from corolle_gateway.model import Unit

pytestmark = pytest.mark.skipif(not is_there(), reason="needs dbus-daemon, and Debian's python3-dbus, -gi")

_APP_KEY = bytes(range(16))


class Bench:
    """The link's parts on BlueZ, and what they heard."""

    def __init__(self, bluez: Bluez):
        self.bluez = bluez
        self.said = io.StringIO()
        log = Log(lambda: 0.0, "debug", self.said)
        self.counts = Counts(log)
        self.heard: list[tuple[BLEDevice, bytes | None]] = []
        stack = Stack("hci0", None)
        recovery = Recovery(log, self.counts, stack)
        self.pool = Pool(SystemClock(), self.counts, stack, recovery, 1)
        self.scanning = Scanning(log, self.counts, stack, recovery, self._note, 0.4, 0.4, 0.05)

    def _note(self, device: BLEDevice, advert: Any) -> None:
        self.heard.append((device, advert.service_data.get(BTHOME)))

    def lamp(self) -> Neighbour:
        """The unit, as the link knows it once it was heard."""
        neighbours = Neighbours()
        unit = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")
        neighbours.load([(unit, _APP_KEY)], {})
        lamp = neighbours.by_name["lamp-1"]
        lamp.device = self.heard[-1][0]
        return lamp

    async def until(self, true: Callable[[], Any]) -> None:
        """Wait; each moment the unit says something new."""
        number = 0
        while not true():
            number += 1
            await self.bluez.advert({BTHOME: b"news %d" % number}, -60 - number % 9)
            await asyncio.sleep(0.02)


Test = Callable[[Bench], Coroutine[Any, Any, None]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Run a test beside a scan on a bus of its own."""
    made: list[Bluez] = []

    def live(test: Test, prepare: Test | None = None, can_listen: bool = True) -> None:
        made.append(Bluez(tmp_path, can_listen))
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", made[-1].address)

        async def session() -> None:
            bench = Bench(await made[-1].open())
            if prepare:
                await prepare(bench)
            scan = asyncio.create_task(bench.scanning.run())
            await asyncio.wait_for(test(bench), 60)
            scan.cancel()
            await asyncio.gather(scan, return_exceptions=True)

        asyncio.run(session())

    yield live
    for each in made:
        each.close()


def test_it_listens_passively_where_bluez_can(run):
    async def test(bench: Bench) -> None:
        await bench.until(lambda: bench.heard)
        device, data = bench.heard[-1]
        assert device.address == ADDRESS and data is not None and data.startswith(b"news")
        assert "mode=passive" in bench.said.getvalue() and await bench.bluez.discoveries() == 0

    run(test)


def test_it_scans_actively_where_bluez_cannot_listen(run):
    async def test(bench: Bench) -> None:
        await bench.until(lambda: bench.heard)
        assert "event=ble_not_passive" in bench.said.getvalue() and "mode=active" in bench.said.getvalue()

    run(test, can_listen=False)


def test_a_scan_in_progress_for_ever_ends_with_the_adapter_off_and_on(run):
    async def stuck(bench: Bench) -> None:
        await bench.bluez.answer_discovery("InProgress")

    async def test(bench: Bench) -> None:
        power = await bench.bluez.watch_power()
        await bench.until(lambda: bench.counts.done.get("ble_resets"))
        assert bench.counts.rejected == {"ble_in_progress": 3} and power == [False, True]
        bench.heard.clear()  # what came between a beginning and its refusal
        await bench.bluez.answer_discovery(None)
        await bench.until(lambda: bench.heard)

    run(test, stuck, can_listen=False)


def test_an_adapter_that_is_pulled_out_is_found_again(run):
    async def test(bench: Bench) -> None:
        await bench.until(lambda: bench.heard)
        await bench.bluez.pull_out()
        while not bench.counts.rejected.get("ble_no_adapter"):
            await asyncio.sleep(0.02)
        bench.heard.clear()
        await bench.bluez.plug_in()
        await bench.until(lambda: bench.heard)
        assert set(bench.counts.rejected) == {"ble_no_adapter"}

    run(test)


def test_a_connection_in_progress_is_tried_again_counted_and_given_a_rest(run):
    async def test(bench: Bench) -> None:
        await bench.until(lambda: bench.heard)
        lamp = bench.lamp()
        # It connects, and what answers there is no unit of ours.
        with pytest.raises(Refused, match="ble_no_service"):
            await bench.pool.ask(lamp, "readings", b"")
        assert lamp.failures == 1 and not bench.pool.is_free(lamp)
        lamp.retry_s = 0.0
        await bench.bluez.refuse_connections("InProgress")
        with pytest.raises(Refused, match="ble_in_progress"):
            await bench.pool.ask(lamp, "readings", b"")
        assert lamp.failures == 2 and not bench.pool.is_free(lamp)
        assert bench.counts.rejected == {"ble_no_service": 1, "ble_in_progress": 1}

    run(test)


_LOG, _TIME = 5, 7  # of gatt_words.REQUESTS


class _Serving:
    """The unit's own side of a session, which tells its log and takes the time."""

    def __init__(self, app_key: bytes):
        self.refused: dict[str, int] = {}
        self.asked: list[bytes] = []
        self.now_s = 0
        key = Key(derive(Key(app_key), SERVICE))
        self._session = UnitSession(key, Key, secrets.token_bytes, self.refused, [0, 0])

    def __call__(self, frame: bytes) -> Iterable[bytes]:
        reply, message = self._session.receive(frame, 0)
        if reply:
            yield reply
        if message is not None:
            self.asked.append(message)
            yield from self._session.send(
                gatt_words.answer(message, 0, self._told(message[0], message[2:])), 247
            )

    def _told(self, code: int, body: bytes) -> bytes:
        if code != _TIME:
            return b"line\n" * 90
        self.now_s = int.from_bytes(body, "little") or self.now_s
        return self.now_s.to_bytes(4, "little")


@pytest.mark.parametrize("right", [True, False])
def test_a_session_over_bluez_is_the_one_that_units_hold(run, right: bool):
    unit = _Serving(_APP_KEY if right else bytes(16))

    async def offered(bench: Bench) -> None:
        await bench.bluez.offer(unit)

    async def test(bench: Bench) -> None:
        await bench.until(lambda: bench.heard)
        if not right:
            with pytest.raises(Refused, match="ble_session_wrong_key"):
                await bench.pool.ask(bench.lamp(), "log", bytes(2))
            assert not unit.asked
            return
        assert await bench.pool.ask(bench.lamp(), "log", bytes(2)) == b"line\n" * 90
        assert [message[0] for message in unit.asked] == [_TIME, _TIME, _LOG] and not unit.refused
        assert abs(unit.now_s - time.time()) < 10
        assert await bench.pool.ask(bench.lamp(), "log", bytes(2))
        assert [message[0] for message in unit.asked[3:]] == [_TIME, _LOG], (
            "a clock that is right is left alone"
        )
        assert (bench.counts.done["ble_sessions"], bench.counts.done["ble_clocks_set"]) == (2, 1)

    run(test, offered)


def test_a_bus_that_ends_in_the_middle_is_counted_and_asked_for_again(run):
    async def test(bench: Bench) -> None:
        await bench.until(lambda: bench.heard)
        bench.bluez.close()
        while bench.counts.rejected.get("ble_no_adapter", 0) < 3:
            await asyncio.sleep(0.02)
        assert set(bench.counts.rejected) == {"ble_no_adapter"}

    run(test)
