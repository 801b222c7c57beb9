"""A phone at a board's GATT server: ATT over connection events, on genuine MicroPython at one end."""

import pytest
from bumble import core, hci
from bumble.att import ATT_Error
from bumble.core import UUID
from bumble.device import Connection, Peer
from corolle_hil.ble.host import Station
from corolle_hil.world.propagation import Position

_SERVICE = "6E400001-B5A3-F393-E0A9-E50E24DCCA9E"
_BOARD = hci.Address("02:00:00:00:01:01", hci.Address.PUBLIC_DEVICE_ADDRESS)

# Characteristics: one to write, one that notifies and indicates, one to read; and a descriptor.
_SERVE = (
    "import bluetooth, time\n"
    "ble = bluetooth.BLE(); ble.active(True); ble.config(gap_name='lamp-01')\n"
    "links = []\n"
    "def irq(event, data):\n"
    "    if event == 1: links.append(data[0])\n"
    "    print(event, *(bytes(each).hex() if isinstance(each, memoryview) else each for each in data))\n"
    "    return irq_more(event, data)\n"
    "def irq_more(event, data): pass\n"
    "ble.irq(irq)\n"
    "U = bluetooth.UUID\n"
    "F = bluetooth\n"
    f"services = ((U('{_SERVICE}'), (\n"
    "    (U(0xAA01), F.FLAG_WRITE | F.FLAG_WRITE_NO_RESPONSE),\n"
    "    (U(0xAA02), F.FLAG_NOTIFY | F.FLAG_INDICATE),\n"
    "    (U(0xAA03), F.FLAG_READ, ((U(0x2901), F.FLAG_READ),)))),)\n"
    "((rx, tx, info, name),) = ble.gatts_register_services(services)\n"
    "ble.gatts_write(info, b'corolle'); ble.gatts_write(name, b'about')\n"
    "ble.gap_advertise(50000, b'\\x02\\x01\\x06')\n"
)


class Visit:
    """A phone connected to the board, and what it has found there."""

    def __init__(self, yard, station: Station):
        self.yard = yard
        self.station = station
        self.gone: list[int] = []
        self.connection: Connection = yard.do(station.device.connect(_BOARD, timeout=5))
        self.connection.on("disconnection", self.gone.append)
        self.peer = Peer(self.connection)

    def find(self):
        """(to write, to be told, to read)."""

        async def discover():
            await self.peer.discover_services()
            await self.peer.discover_characteristics()

        self.yard.do(discover())
        uuids = (UUID.from_16_bits(number) for number in (0xAA01, 0xAA02, 0xAA03))
        return [self.peer.get_characteristics_by_uuid(uuid)[0] for uuid in uuids]


@pytest.fixture
def visit(yard):
    """Make a yard with a board that serves and then does `more`, and connect to it."""

    def make(more: str = "time.sleep(600)\n", loss: float = 0.0) -> Visit:
        here = yard(loss=loss)
        here.board("board", 0, _SERVE + more)
        here.run(1)
        return Visit(here, here.phone(5))

    return make


def test_a_phone_finds_reads_and_writes(visit):
    guest = visit()
    write, _, read = guest.find()
    assert guest.yard.said("board") == ["1 1 1 f0f1f2f3f4f5"]  # a random address, as given
    assert bytes(guest.yard.do(read.read_value())) == b"corolle"
    guest.yard.do(write.write_value(b"hello", with_response=True))
    handle = write.handle
    assert guest.yard.said("board")[1:] == [f"4 1 {read.handle}", f"3 1 {handle}"]
    names = guest.peer.get_characteristics_by_uuid(UUID.from_16_bits(0x2A00))
    assert bytes(guest.yard.do(names[0].read_value())) == b"lamp-01"
    descriptors = guest.yard.do(guest.peer.discover_descriptors(read))
    described = next(each for each in descriptors if each.type == UUID.from_16_bits(0x2901))
    assert bytes(guest.yard.do(described.read_value())) == b"about"


@pytest.mark.parametrize(("asked", "agreed"), [(23, 23), (185, 185), (517, 256)])
def test_both_sides_agree_on_a_message_length(visit, asked: int, agreed: int):
    """256 is what MicroPython's NimBLE prefers on an ESP32."""
    guest = visit()
    assert guest.yard.do(guest.peer.request_mtu(asked)) == agreed
    assert guest.yard.said("board")[1:] == [f"21 1 {agreed}"]


def test_an_exchange_takes_connection_events(visit):
    """A request goes at one meeting, its answer at the next: reading takes between one interval and three."""
    guest = visit()
    *_, read = guest.find()
    path = guest.yard.link.connections[0]
    begin_us = guest.yard.scheduler.now_us
    guest.yard.do(read.read_value())
    assert path.interval_us < guest.yard.scheduler.now_us - begin_us < 3 * path.interval_us


def test_a_write_is_cut_to_the_room_there_is(visit):
    """20 bytes, until the firmware makes room; with `append`, writes add up until they are read."""
    guest = visit(
        "def irq_more(event, data):\n"
        "    if event == 3 and links: print(ble.gatts_read(rx))\n"
        "time.sleep(20); ble.gatts_set_buffer(rx, 10, True); print('append')\n"
        "def irq_more(event, data): pass\n"
        "time.sleep(20); print(ble.gatts_read(rx), ble.gatts_read(rx))\n"
    )
    write, *_ = guest.find()
    guest.yard.do(guest.peer.request_mtu(100))
    guest.yard.do(write.write_value(bytes(range(65, 95)), with_response=True))
    guest.yard.run(25)
    assert "b'ABCDEFGHIJKLMNOPQRST'" in guest.yard.said("board")
    for part in (b"1234", b"5678", b"9abc"):
        guest.yard.do(write.write_value(part, with_response=True))
    guest.yard.run(20)
    assert guest.yard.said("board")[-1] == "b'123456789a' b''"


def test_what_may_not_be_done_is_refused(visit):
    guest = visit("def irq_more(event, data): return 5 if event == 4 else None\ntime.sleep(600)\n")
    write, _, read = guest.find()
    for attempt, code in (
        (read.write_value(b"x", with_response=True), 0x03),  # write not permitted
        (write.read_value(), 0x02),  # read not permitted
        (read.read_value(), 0x05),  # insufficient authentication: what the firmware said
    ):
        with pytest.raises(ATT_Error) as refusal:
            guest.yard.do(attempt)
        assert refusal.value.error_code == code


def test_notifications_arrive_in_their_order_however_bad_the_air(visit):
    """The port has twelve buffers, and the answer to the write takes one; then it has no memory."""
    guest = visit(
        "def irq_more(event, data):\n"
        "    if event == 3:\n"
        "        n = 0\n"
        "        try:\n"
        "            while True: ble.gatts_notify(links[0], tx, b'%d' % n); n += 1\n"
        "        except OSError as error: print(n, error)\n"
        "time.sleep(600)\n",
        loss=0.3,
    )
    write, told, _ = guest.find()
    heard: list[bytes] = []
    guest.yard.do(guest.peer.subscribe(told, heard.append))
    guest.yard.do(write.write_value(b"go", with_response=True))
    guest.yard.run(10)
    assert "11 [Errno 12] ENOMEM" in guest.yard.said("board")
    assert heard == [b"%d" % n for n in range(11)]


def test_a_value_written_with_send_update_reaches_subscribers_only(visit):
    guest = visit(
        "time.sleep(10); ble.gatts_write(tx, b'early', True)\n"
        "time.sleep(10); ble.gatts_write(tx, b'late', True)\n"
    )
    _, told, _ = guest.find()
    heard: list[bytes] = []
    guest.yard.run(12)
    guest.yard.do(guest.peer.subscribe(told, heard.append))
    guest.yard.run(10)
    assert heard == [b"late"]


def test_an_indication_is_confirmed(visit):
    guest = visit("time.sleep(10); ble.gatts_indicate(links[0], tx, b'sure')\ntime.sleep(600)\n")
    _, told, _ = guest.find()
    heard: list[bytes] = []
    guest.yard.do(guest.peer.subscribe(told, heard.append, prefer_notify=False))
    guest.yard.run(12)
    assert heard == [b"sure"]
    assert guest.yard.said("board")[-1] == f"20 1 {told.handle} 0"


def test_who_walks_away_is_lost_after_the_supervision_timeout(visit):
    guest = visit()
    guest.find()
    guest.yard.run(60)
    assert not guest.gone  # idle, and near: the connection holds
    path = guest.yard.link.connections[0]
    begin_us = guest.yard.scheduler.now_us
    guest.yard.link.move(guest.station.controller, Position(3000, 0))
    guest.yard.run(20)
    assert guest.gone == [hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR]
    t_us, _, line = guest.yard.log[-1]
    assert line == "2 1 1 f0f1f2f3f4f5"
    assert path.timeout_us <= t_us - begin_us <= path.timeout_us + 2 * path.interval_us


def test_either_side_may_end_it_and_it_may_begin_again(visit):
    guest = visit(
        "def irq_more(event, data):\n"
        "    if event == 2: ble.gap_advertise(50000)\n"
        "    if event == 3: print(ble.gap_disconnect(data[0]))\n"
        "time.sleep(600)\n"
    )
    write, *_ = guest.find()
    guest.yard.do(write.write_value(b"bye", with_response=False))
    guest.yard.run(1)
    assert guest.gone == [hci.HCI_ErrorCode.REMOTE_USER_TERMINATED_CONNECTION_ERROR]
    again = Visit(guest.yard, guest.station)
    guest.yard.do(again.connection.disconnect())
    guest.yard.run(1)
    codes = [line.split()[0] for line in guest.yard.said("board")]
    assert codes == ["1", "3", "True", "2", "1", "2"]


def test_a_board_that_resets_is_missed(visit):
    guest = visit("time.sleep(20)\nimport machine; machine.reset()\n")
    guest.find()
    guest.yard.run(30)
    assert guest.gone == [hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR]
    Visit(guest.yard, guest.station)  # it is up again, and answers


def test_nobody_there_is_told_after_the_wait(yard):
    here = yard()
    phone = here.phone(5)
    with pytest.raises(core.BaseBumbleError):
        here.do(phone.device.connect(_BOARD, timeout=3))
    assert here.scheduler.now_us == 3_000_000


def test_a_board_reads_what_another_one_serves(yard):
    """A board as central: all of its events, with what they carry."""
    here = yard()
    here.board("server", 0, _SERVE + "time.sleep(600)\n")
    here.board(
        "client",
        10,
        "import bluetooth, time\n"
        "ble = bluetooth.BLE(); ble.active(True)\n"
        "def irq(event, data):\n"
        "    print(event, *(bytes(each) if isinstance(each, memoryview) else each for each in data))\n"
        "    if event == 7: ble.gattc_exchange_mtu(data[0])\n"
        "    elif event == 21: ble.gattc_discover_services(data[0], bluetooth.UUID('" + _SERVICE + "'))\n"
        "    elif event == 9: ble.gattc_discover_characteristics(data[0], data[1], data[2])\n"
        "    elif event == 12: ble.gattc_read(data[0], 21)\n"
        "    elif event == 16: ble.gattc_write(data[0], 16, b'hi', 1)\n"
        "    elif event == 17: ble.gap_disconnect(data[0])\n"
        "ble.irq(irq)\n"
        "ble.gap_connect(0, b'\\x02\\x00\\x00\\x00\\x01\\x01')\n"
        "time.sleep(600)\n",
    )
    here.run(10)
    assert here.said("client") == [
        "7 1 0 b'\\x02\\x00\\x00\\x00\\x01\\x01'",
        "21 1 256",
        f"9 1 14 22 UUID('{_SERVICE.lower()}')",
        "10 1 0",
        "11 1 16 16 12 UUID(0xaa01)",
        "11 1 19 18 48 UUID(0xaa02)",
        "11 1 22 21 2 UUID(0xaa03)",
        "12 1 0",
        "15 1 21 b'corolle'",
        "16 1 21 0",
        "17 1 16 0",
        "8 1 0 b'\\x02\\x00\\x00\\x00\\x01\\x01'",
    ]
