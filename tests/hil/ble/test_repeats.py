"""What a host is spared of the air, and what it is not."""

from corolle_hil.ble.repeats import Repeats


class _Host:
    def __init__(self):
        self.packets: list[bytes] = []
        self.lost = 0

    def on_packet(self, packet: bytes) -> None:
        self.packets.append(packet)

    def on_transport_lost(self) -> None:
        self.lost += 1


def _advert(sender: int, data: bytes, rssi_dbm: int = -60) -> bytes:
    """HCI LE advertising report (Core 5.4, Vol 4, Part E, 7.7.65.2)."""
    report = bytes((2, 1, 0, 0)) + bytes((sender,) * 6) + bytes((len(data), *data, rssi_dbm & 255))
    return bytes((4, 0x3E, len(report))) + report


def test_an_advert_is_handed_on_once_a_second_and_news_at_once():
    now = [100.0]
    host = _Host()
    repeats = Repeats(host, lambda: now[0])
    for rssi_dbm in (-60, -61, -62):
        repeats.on_packet(_advert(1, b"abc", rssi_dbm))
    repeats.on_packet(_advert(2, b"abc"))
    repeats.on_packet(_advert(1, b"abd"))
    assert host.packets == [_advert(1, b"abc"), _advert(2, b"abc"), _advert(1, b"abd")]
    now[0] += 1.0
    repeats.on_packet(_advert(1, b"abd"))
    assert len(host.packets) == 4


def test_whatever_else_a_controller_says_is_handed_on():
    host = _Host()
    repeats = Repeats(host)
    complete = bytes.fromhex("040e0401010c00")
    for _ in range(2):
        repeats.on_packet(complete)
    repeats.on_transport_lost()
    assert host.packets == [complete, complete] and host.lost == 1


def test_memory_stays_bounded():
    repeats = Repeats(_Host())
    for number in range(10_000):
        advert = bytearray(_advert(1, b"abc"))
        advert[7:9] = number.to_bytes(2, "big")
        repeats.on_packet(bytes(advert))
    assert len(repeats._known) <= 4096
