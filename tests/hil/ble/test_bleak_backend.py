"""An adapter that goes away, as who uses bleak sees it: an EOFError and no wait without end."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bleak import BleakScanner
from corolle_hil.ble.adapter import Adapter
from corolle_hil.ble.bleak_backend import Bumble
from corolle_hil.pace import Paced
from corolle_hil.world.propagation import Position

_RESET = b"\x01\x03\x0c\x00"  # H4 command packet, HCI_Reset (Core 5.4, Vol 4, Part E, 7.3.2)
_RESET_DONE = b"\x04\x0e\x04\x01\x03\x0c\x00"  # command complete, success (7.7.14)


@pytest.fixture
def adapter(yard, tmp_path: Path) -> Iterator[Adapter]:
    """An adapter in a street that lives in a thread of its own."""
    here = yard(pace=Paced(20))
    made = Adapter(here.link, "laptop", Position(10, 0), b"\x00\x00\x5e\x00\x53\x02", tmp_path / "hci")
    street = threading.Thread(target=here.scheduler.run)
    street.start()
    yield made
    here.scheduler.stop()
    street.join()
    made.close()


def _scanner(path: Path) -> BleakScanner:
    return BleakScanner(lambda device, advert: None, backend=Bumble(str(path)).scanner)


def _take_over(path: Path) -> socket.socket:
    """Another program opens the adapter, and is answered."""
    taken = socket.socket(socket.AF_UNIX)
    taken.settimeout(30)
    taken.connect(str(path))
    taken.sendall(_RESET)
    assert taken.recv(len(_RESET_DONE), socket.MSG_WAITALL) == _RESET_DONE
    return taken


def test_a_scan_whose_adapter_goes_at_once_does_not_begin(tmp_path: Path):
    async def begin() -> None:
        server = await asyncio.start_unix_server(lambda _, writer: writer.close(), str(tmp_path / "hci"))
        async with server:
            await _scanner(tmp_path / "hci").start()

    with pytest.raises(EOFError, match="the adapter has gone"):
        asyncio.run(begin())


def test_a_scan_whose_adapter_has_gone_ends(adapter: Adapter):
    async def scan() -> None:
        scanner = _scanner(adapter.path)
        await scanner.start()
        with _take_over(adapter.path):
            await scanner.stop()

    with pytest.raises(EOFError, match="the adapter has gone"):
        asyncio.run(scan())


def test_a_scan_may_begin_anew_on_an_adapter_that_was_gone(adapter: Adapter):
    async def scan() -> None:
        radio = Bumble(str(adapter.path))
        first = BleakScanner(lambda device, advert: None, backend=radio.scanner)
        await first.start()
        _take_over(adapter.path).close()
        with pytest.raises(EOFError):
            await first.stop()
        heard = BleakScanner(lambda device, advert: None, backend=radio.scanner)
        await heard.start()
        await heard.stop()

    asyncio.run(scan())
