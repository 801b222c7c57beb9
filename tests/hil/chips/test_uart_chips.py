"""Serial ports, and simulated BL0942 and LD2410 against their documents."""

from dataclasses import dataclass

import pytest
from corolle_hil.chips.bl0942 import Bl0942
from corolle_hil.chips.ld2410 import Ld2410
from corolle_hil.ports import Line, UartChip
from corolle_hil.serial_ports import SerialPort, resample

ENABLE, END = "FDFCFBFA 0400 FF00 0100 04030201", "FDFCFBFA 0200 FE00 04030201"
ENABLED = bytes.fromhex("FDFCFBFA 0800 FF01 0000 0100 4000 04030201")


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


@dataclass
class Lamp:
    """A load of 460 W whose energy the test sets."""

    voltage_v: float = 230.0
    current_a: float = 2.0
    power_w: float = 460.0
    energy_wh: float = 0.0


class Echo(UartChip):
    """Sends back what it hears, 1 ms later."""

    baud = 9600

    def __init__(self, scheduler):
        super().__init__()
        self.scheduler, self.heard = scheduler, []

    def received(self, data):
        self.heard.append((self.scheduler.now_us, data))
        self.say(data, self.scheduler.now_us + 1000)


@pytest.fixture
def port(scheduler):
    return SerialPort(scheduler)


@pytest.fixture
def talk(scheduler, port):
    """Send a message in hexadecimal, wait, and return the answer."""

    def send(text, wait_us=60_000):
        port.write(bytes.fromhex(text))
        later(scheduler, wait_us)
        return port.read(999)

    return send


@pytest.fixture
def lamp():
    return Lamp()


@pytest.fixture
def meter(scheduler, port, lamp):
    """A meter by the application note's circuit, without noise."""
    chip = Bl0942(scheduler, lamp, divider=1950.51 / 0.51, noise=0.0)
    port.attach(chip)
    port.open(4800, 256)
    return chip


@pytest.fixture
def out():
    return Line(5)


@pytest.fixture
def radar(scheduler, port, out):
    chip = Ld2410(scheduler, out, noise_m=0.0)
    port.attach(chip)
    port.open(256_000, 256)
    return chip


def reports(data):
    """State, moving and still distance of each report."""
    assert len(data) % 23 == 0
    frames = [data[start : start + 23] for start in range(0, len(data), 23)]
    assert all(frame[:8] == bytes.fromhex("F4F3F2F1 0D00 02AA") for frame in frames)
    assert all(frame[17:] == bytes.fromhex("5500 F8F7F6F5") for frame in frames)
    return [
        (frame[8], int.from_bytes(frame[9:11], "little"), int.from_bytes(frame[12:14], "little"))
        for frame in frames
    ]


def test_bytes_take_their_time_both_ways(scheduler, port):
    """At 9600 baud a byte of ten bits takes 1042 us; the answer begins 1 ms after the question."""
    echo = Echo(scheduler)
    port.attach(echo)
    port.open(9600, 256)
    port.write(b"ab")
    port.write(b"c")
    came = []
    for _ in range(80):
        later(scheduler, 100)
        came.append(port.any())
    assert echo.heard == [(2084, b"ab"), (3126, b"c")]
    assert [came.index(n) * 100 + 100 for n in (1, 2, 3)] == [4200, 5200, 6300]
    assert port.read(2) == b"ab"
    assert (port.any(), port.read(9), port.read(9)) == (1, b"c", b"")


def test_a_full_buffer_drops_what_is_new(scheduler, port):
    port.attach(Echo(scheduler))
    port.open(9600, 129)
    for n in range(4):
        port.write(bytes([n]) * 60)
    later(scheduler, 1_000_000)
    assert port.read(999) == bytes(60) + b"\x01" * 60 + b"\x02" * 9
    assert port.read(999) == b""


def test_nothing_is_heard_before_the_port_is_open_nor_after(scheduler, port):
    echo = Echo(scheduler)
    port.attach(echo)
    port.write(b"a")
    echo.say(b"early", 0)
    later(scheduler, 10_000)
    port.open(9600, 256)
    assert (port.any(), echo.heard) == (0, [])
    echo.say(b"heard", scheduler.now_us)
    later(scheduler, 10_000)
    assert port.any() == 5
    port.open(0, 0)
    assert port.any() == 0


def test_a_wrong_baud_rate_gives_garbage():
    data = bytes(range(256))
    for baud in (9600 * 97 // 100, 9600 * 103 // 100):
        assert resample(data, 9600, baud) == data
    for baud in (2400, 4800, 8000, 12_000, 19_200):
        assert resample(data, 9600, baud) != data
    # 0x55 sent at half the rate: each bit is heard twice, start bit 0 0, then 1 1 0 0 1 1 0, and a stop bit.
    assert resample(b"\x55", 4800, 9600)[0] == 0b01100110


def test_a_chip_at_another_baud_rate_is_not_understood(port, meter, talk):
    port.open(9600, 256)
    assert talk("58AA", 200_000) == b""


def test_registers_of_the_meter_by_the_application_note(meter, talk):
    """230 V are 15883.34 * 230 steps, 2 A 251213.5 * 2, 460 W 623.39 * 460; 50 Hz is 20000."""
    for register, value in ((4, 3_653_168), (3, 502_427), (6, 286_759), (8, 20_000), (0x19, 0x87)):
        answer = talk(f"58{register:02x}")
        assert ~(0x58 + register + sum(answer[:3])) & 0xFF == answer[3]
        assert int.from_bytes(answer[:3], "little") == pytest.approx(value, abs=5)
    assert talk("59 04") == b""  # another address


def test_a_packet_holds_what_the_registers_hold(lamp, meter, talk):
    lamp.energy_wh = 1000.0
    packet = talk("58AA")
    assert (len(packet), packet[0]) == (23, 0x55)
    assert ~(0x58 + sum(packet[:22])) & 0xFF == packet[22]
    singles = [talk(f"58{register:02x}")[:3] for register in range(3, 10)]
    assert packet[1:22] == b"".join(singles)
    assert int.from_bytes(packet[13:16], "little") == 5350  # pulses of a kilowatt-hour


def test_a_packet_takes_its_time(scheduler, port, meter):
    """Two bytes, 150 us, 23 bytes at 4800 baud: 52.2 ms."""
    port.write(bytes.fromhex("58AA"))
    later(scheduler, 52_000)
    assert port.any() == 22
    later(scheduler, 400)
    assert port.any() == 23


def test_values_hold_for_a_refresh_period(scheduler, lamp, meter, talk):
    first = talk("5806")
    lamp.power_w = 100.0
    assert talk("5806") == first
    later(scheduler, 400_000)
    assert int.from_bytes(talk("5806")[:3], "little") == pytest.approx(62_339, abs=2)


def test_user_registers_are_protected(meter, talk):
    def write(register, value):
        data = bytes((0xA8, register)) + value.to_bytes(3, "little")
        talk((data + bytes([~sum(data) & 0xFF])).hex())

    write(0x19, 0x8F)
    assert talk("5819")[:3] == b"\x87\0\0"
    write(0x1D, 0x55)
    write(0x19, 0x8F)
    write(0x03, 7)
    assert talk("5819")[:3] == b"\x8f\0\0"
    assert int.from_bytes(talk("5803")[:3], "little") > 500_000
    write(0x1C, 0x5A5A5A)
    assert talk("5819")[:3] == b"\x87\0\0"
    assert talk("581D")[:3] == b"\0\0\0"


def test_a_wrong_checksum_writes_nothing(meter, talk):
    talk("A81D 550000 E6")
    assert talk("581D")[:3] == b"\0\0\0"
    talk("A81D 550000 E5")  # A8 + 1D + 55 = 11A, inverted E5
    assert talk("581D")[:3] == b"\x55\0\0"


def test_the_counter_goes_over_and_begins_again_after_a_dip(scheduler, port, lamp):
    meter = Bl0942(scheduler, lamp, noise=0.0, cf_cnt=0xFFFFFF)
    port.attach(meter)
    port.open(4800, 256)

    def count():
        later(scheduler, 400_000)
        port.write(b"\x58\x07")
        later(scheduler, 30_000)
        return int.from_bytes(port.read(4)[:3], "little")

    assert count() == 0xFFFFFF
    lamp.energy_wh = 0.2
    assert count() == 0
    lamp.energy_wh = 20.0
    assert count() == 105
    meter.reset()
    assert count() == 0


def test_standby_below_the_creep_threshold_is_no_power(scheduler, lamp, meter, talk):
    """WA_CREEP = 11 is 134 steps: 0.215 W."""
    for power_w, steps, status in ((0.2, 0, 2), (0.25, 156, 0), (-1.0, 0xFFFFFF - 622, 1)):
        lamp.power_w = power_w
        later(scheduler, 400_000)
        packet = talk("58AA")
        assert int.from_bytes(packet[10:13], "little") == pytest.approx(steps, abs=1)
        assert packet[19] == status


def test_noise_is_relative(scheduler, lamp, meter, talk):
    meter.noise = 0.002
    values = []
    for _ in range(300):
        later(scheduler, 400_000)
        values.append(int.from_bytes(talk("5806")[:3], "little") / 286_759)
    mean = sum(values) / len(values)
    deviation = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
    assert mean == pytest.approx(1.0, abs=0.0005)
    assert deviation == pytest.approx(0.002, rel=0.15)


def test_faults_of_a_meter(scheduler, lamp, meter, talk):
    good = talk("5806")
    meter.faults.stuck = True
    lamp.power_w = 1.0
    later(scheduler, 1_000_000)
    assert talk("5806") == good
    meter.faults.garbled = 1.0
    bad = talk("5806")
    assert sum((a ^ b).bit_count() for a, b in zip(good, bad, strict=True)) == 1
    meter.faults.dead = True
    assert talk("5806") == b""


def test_acknowledgements_of_the_radar(radar, talk):
    """The examples of 2.2; in configuration no report comes between."""
    version = "FDFCFBFA 0200 A000 04030201"
    assert talk(version, 20_000) == bytes.fromhex("FDFCFBFA 0400 A001 0100 04030201")  # not enabled: refused
    assert talk(ENABLE, 20_000) == ENABLED
    assert talk(version, 200_000) == bytes.fromhex("FDFCFBFA 0C00 A001 0000 0001 0701 16150922 04030201")
    parameters = talk("FDFCFBFA 0200 6100 04030201")
    assert parameters[:14] == bytes.fromhex("FDFCFBFA 1C00 6101 0000 AA080808")
    assert parameters[32:] == bytes.fromhex("0500 04030201")
    assert talk(END, 20_000) == bytes.fromhex("FDFCFBFA 0400 FE01 0000 04030201")


def test_ten_reports_a_second_and_none_in_configuration(scheduler, port, radar, talk):
    later(scheduler, 1_050_000)
    assert reports(port.read(999)) == [(0, 0, 0)] * 10
    assert talk(ENABLE, 10_000) == ENABLED
    later(scheduler, 1_000_000)
    assert port.any() == 0
    talk(END, 10_000)
    later(scheduler, 1_000_000)
    assert reports(port.read(999)) == [(0, 0, 0)] * 10


def test_a_passer_is_seen_from_6_m_on(scheduler, port, radar, out):
    """8 m at 2 m/s: in range after 1 s, at the radar after 4 s, out of range after 7 s; OUT stays for 5 s."""
    edges = []
    out.on_edge = lambda line, before, after: edges.append((scheduler.now_us, after))
    radar.enter(2.0)
    seen = []
    for _ in range(20):
        later(scheduler, 400_000)
        seen += reports(port.read(999))
    radar.leave()
    later(scheduler, 10_000_000)
    assert edges == [(1_100_000, 1), (12_100_000, 0)]
    assert [moving for state, moving, _ in seen if state == 1] == [
        abs(800 - 20 * n) for n in range(10, 71) if abs(800 - 20 * n) <= 600
    ]
    assert seen[-5:] == [(2, 0, 600)] * 5


def test_still_targets_are_told_apart(scheduler, port, out):
    bench = [(2.5, 0.0), (4.0, 0.0)]
    radar = Ld2410(scheduler, out, lambda: bench, noise_m=0.0)
    port.attach(radar)
    port.open(256_000, 256)
    later(scheduler, 201_000)
    assert reports(port.read(999)) == [(2, 0, 250)] * 2
    bench.append((3.0, 1.0))
    radar.update()
    later(scheduler, 200_000)
    assert [state for state, _, _ in reports(port.read(999))] == [3, 3]
    bench.clear()
    radar.update()
    assert out.level == 1
    later(scheduler, 5_200_000)
    assert out.level == 0


def test_the_first_to_get_out_of_view_is_the_one_who_leaves(scheduler, port, radar):
    radar.enter(1.0)
    later(scheduler, 3_000_000)
    radar.enter(8.0)
    later(scheduler, 2_000_000)
    port.open(256_000, 256)
    radar.leave()
    later(scheduler, 100_000)
    assert reports(port.read(999)) == [(1, 300, 0)]


def test_a_day_without_a_reader_costs_nothing_and_keeps_the_oldest_reports(scheduler, port, radar):
    radar.enter(2.0)
    happenings, at = [], scheduler.at
    scheduler.at = lambda t_us, fn, *args: happenings.append(t_us) or at(t_us, fn, *args)
    later(scheduler, 8_000_000)
    radar.leave()
    later(scheduler, 86_400_000_000)
    assert len(happenings) < 10
    old = port.read(999)
    assert len(old) == 256
    assert [state for state, _, _ in reports(old[:253])] == [0] * 9 + [1, 1]
    later(scheduler, 100_000)
    assert reports(port.read(999)) == [(0, 0, 0)]


def test_faults_of_a_radar(scheduler, port, radar, out, talk):
    radar.enter(1.0)
    later(scheduler, 5_000_000)
    port.open(256_000, 230)
    radar.stuck = 1
    later(scheduler, 60_050_000)
    assert out.level == 1
    good = port.read(230)
    assert reports(good) == [(1, 300, 0)] * 10
    radar.garbled = 1.0
    later(scheduler, 1_000_000)
    assert sum((a ^ b).bit_count() for a, b in zip(good, port.read(230), strict=True)) == 10
    radar.stuck = None
    later(scheduler, 6_000_000)
    assert out.level == 0
    radar.dead = True
    port.open(256_000, 256)
    assert talk(ENABLE) == b""
    assert out.level is None
