"""BL0942: frames and conversion as in Shanghai Belling's datasheet V1.06 and application note."""

from corolle.drivers.bl0942 import BL0942
from corolle.drivers.chip import ChipError

# The application note's circuit: a shunt of 1 milliohm, five resistors of 390 kohm above one of 510 ohm.
# By its formulas 230 V are 15883.34 * 230 = 3653168 steps, 2 A are 251213.5 * 2 = 502427, and 460 W are
# 623.39 * 460 = 286759; 1 kWh is 5350.6 pulses.
_VOLTAGE = 3_653_168
_CURRENT = 502_427
_POWER = 286_759


class _Uart:
    """Gives each request the next of the answers, at once."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.written = []
        self.waiting = b""

    def write(self, data):
        self.written.append(bytes(data))
        self.waiting += self.answers.pop(0) if self.answers else b""

    def any(self):
        return len(self.waiting)

    def readinto(self, buffer, n=99):
        n = min(n, len(buffer), len(self.waiting))
        buffer[:n] = self.waiting[:n]
        self.waiting = self.waiting[n:]
        return n or None

    def __str__(self):
        return "UART(1)"


def _le(value, length=3):
    return (value & 0xFFFFFF).to_bytes(length, "little")


def _sealed(command, data):
    """Checksum: the sum of all bytes from the command on, inverted (3.2)."""
    return data + bytes([~(sum(command) + sum(data)) & 0xFF])


def _count(value, address=0):
    return _sealed(bytes((0x58 | address, 0x07)), _le(value))


def _packet(cf_cnt=0, watt=_POWER, address=0):
    """Table of 3.2: head, I_RMS, V_RMS, I_FAST_RMS, WATT, CF_CNT, FREQ, STATUS; 50 Hz is 20000 in FREQ."""
    data = b"\x55" + _le(_CURRENT) + _le(_VOLTAGE) + _le(0) + _le(watt) + _le(cf_cnt) + _le(20000) + _le(0)
    return _sealed(bytes([0x58 | address]), data)


def _meter(*answers, **options):
    uart = _Uart(_count(0), *answers)
    return BL0942(uart, **options), uart


def _about(value, wanted, relative=0.0003):
    return abs(value - wanted) <= wanted * relative


async def _error(meter):
    try:
        await meter.read()
    except ChipError as error:
        return str(error)
    raise AssertionError("read")


def test_construction_reads_the_pulse_counter_of_its_address():
    for address in range(4):
        uart = _Uart(_count(7, address))
        assert BL0942(uart, address).energy_dwh == 0
        assert uart.written == [bytes((0x58 + address, 0x07))]


def test_a_checksum_by_hand():
    """58 + 07 + 34 + 12 + 00 = A5, inverted 5A."""
    BL0942(_Uart(b"\x34\x12\x00\x5a"))
    try:
        BL0942(_Uart(b"\x34\x12\x00\x5b"))
    except ChipError as error:
        assert str(error) == "BL0942 0 at UART(1): wrong checksum"
    else:
        raise AssertionError("taken")


async def test_a_packet_by_the_formulas_of_the_application_note():
    meter, uart = _meter(_packet())
    power_w, voltage_v, current_a = await meter.read()
    assert uart.written[1:] == [b"\x58\xaa"]
    assert len(_packet()) == 23
    assert _about(power_w, 460) and _about(voltage_v, 230) and _about(current_a, 2)


async def test_another_shunt_and_divider():
    meter, _ = _meter(_packet(), shunt_uohm=2000, divider=7650)
    power_w, voltage_v, current_a = await meter.read()
    assert _about(power_w, 460) and _about(voltage_v, 460) and _about(current_a, 1)


async def test_power_backwards_is_noise():
    meter, _ = _meter(_packet(watt=-50), _packet(watt=0x7FFFFF))
    assert (await meter.read())[0] == 0.0
    assert _about((await meter.read())[0], 0x7FFFFF / 623.39)


async def test_energy_by_pulses():
    """5350.6 pulses are a kilowatt-hour, 10000 times 0.1 Wh."""
    meter, _ = _meter(_packet(5351), _packet(5352))
    await meter.read()
    assert 9995 <= meter.energy_dwh <= 10005
    whole = meter.energy_dwh
    await meter.read()
    assert 1 <= meter.energy_dwh - whole <= 2


async def test_nothing_of_the_energy_is_lost_between_readings():
    """A pulse is 1.8690 times 0.1 Wh: taken one by one or at once, they are the same."""
    meter, _ = _meter(*(_packet(n) for n in range(1, 1001)))
    for _ in range(1000):
        await meter.read()
    once, _ = _meter(_packet(1000))
    await once.read()
    assert meter.energy_dwh == once.energy_dwh
    assert 1868 <= once.energy_dwh <= 1870


async def test_the_counter_goes_over_its_24_bits():
    uart = _Uart(_count(0xFFFFF0), _packet(0x000010))
    meter = BL0942(uart)
    await meter.read()
    assert meter.energy_dwh == 59  # 32 pulses


async def test_a_counter_that_begins_again_takes_nothing_back():
    uart = _Uart(_count(1000), _packet(2000), _packet(100), _packet(200))
    meter = BL0942(uart)
    for pulses in (1000, 1100, 1200):
        await meter.read()
        assert abs(meter.energy_dwh - pulses * 1.869) < 1.5


async def test_silence_short_and_garbled_answers_are_errors():
    good = _packet(5)
    meter, _ = _meter(
        b"", good[:22], *(good[:n] + bytes([good[n] ^ 4]) + good[n + 1 :] for n in range(23)), good
    )
    assert await _error(meter) == "BL0942 0 at UART(1): no answer"
    assert await _error(meter) == "BL0942 0 at UART(1): 22 of 23 bytes"
    for _ in range(23):
        assert "checksum" in await _error(meter)
    assert meter.energy_dwh == 0
    await meter.read()
    assert meter.energy_dwh == 9


async def test_what_an_old_answer_left_is_not_read():
    meter, uart = _meter(_packet(watt=1000), _packet())
    uart.waiting = _packet()[5:]
    assert _about((await meter.read())[0], 1000 / 623.39)
    uart.waiting = b"\x00" * 200
    assert _about((await meter.read())[0], 460)


def test_nobody_there_is_found_soon():
    import time

    begun_ms = time.ticks_ms()
    try:
        BL0942(_Uart(), 3)
    except ChipError as error:
        assert str(error) == "BL0942 3 at UART(1): no answer"
    else:
        raise AssertionError("taken for a meter")
    assert time.ticks_diff(time.ticks_ms(), begun_ms) <= 100


def test_impossible_wiring_is_refused():
    for options in ({"address": 4}, {"shunt_uohm": 0}, {"divider": 0}):
        try:
            BL0942(_Uart(_count(0)), **options)
        except ValueError as error:
            assert next(iter(options)) in str(error)
        else:
            raise AssertionError("taken")
