"""LIS3DH: registers as in STMicroelectronics' datasheet DocID17530."""

from math import cos, radians, sin

from corolle.drivers.chip import ChipError
from corolle.drivers.lis3dh import LIS3DH


class _Bus:
    """Registers of single bytes; reading INT1_SRC (31h) ends its latch."""

    def __init__(self, axes=(0, 0, 63), identity=0x33, slow=2):
        self.registers = {0x0F: identity, 0x26: 0, 0x31: 0}
        self.axes = axes
        self.slow = slow  # how often STATUS_REG says that there is no sample yet
        self.log = []
        self.dead = False

    def writeto_mem(self, address, register, data):
        assert address == 0x19
        self.log.append((register, bytes(data)))

    def readfrom_mem_into(self, address, register, buffer):
        if self.dead:
            raise OSError(19)
        if register == 0xA8:  # OUT_X_L with auto-increment; low power: eight bits, left-justified
            buffer[:] = bytes(byte for value in self.axes for byte in (0, value & 0xFF))
            return
        assert len(buffer) == 1
        self.log.append(register)
        if register == 0x27:
            self.slow -= 1
            buffer[0] = 0 if self.slow >= 0 else 0x0F
        else:
            buffer[0] = self.registers[register]
        if register == 0x31:
            self.registers[0x31] = 0


class _Pin:
    IN, IRQ_RISING = 1, 1

    def init(self, mode):
        self.mode = mode

    def irq(self, handler, trigger):
        self.handler, self.trigger = handler, trigger


def _struck(bus, pin=None):
    """An impact is latched, and the interrupt comes through if there is a pin."""
    bus.registers[0x31] = 0x42  # IA and XH
    if pin:
        pin.handler(pin)


def _refused(bus):
    try:
        LIS3DH(bus, 0x19)
    except ChipError as error:
        return str(error)
    raise AssertionError("taken for a sensor")


def test_it_is_set_up_before_its_interrupt_can_come():
    bus = _Bus()
    LIS3DH(bus, 0x19)
    assert bus.log == [
        0x0F,
        # CTRL_REG1 = 2Fh: ODR 0010 (10 Hz), LPen, Zen, Yen, Xen. CTRL_REG2 = 01h: HP_IA1.
        # CTRL_REG3 = 40h: I1_IA1. CTRL_REG4 = 80h: BDU, FS 00 (+-2 g). CTRL_REG5 = 08h: LIR_INT1.
        (0xA0, b"\x2f\x01\x40\x80\x08"),
        0x27,
        0x27,
        0x27,
        0x26,  # the filter is reset by reading REFERENCE, once there is a sample to begin from
        (0xB2, b"\x32\x00"),  # INT1_THS = 50 of 16 mg, INT1_DURATION = 0
        (0x30, b"\x2a"),  # INT1_CFG: ZHIE, YHIE, XHIE, any of them
        0x31,
    ]


def test_digits_become_g():
    """Table 4: 16 mg a digit in low power at +-2 g."""
    for axes, expected_g in (
        ((0, 0, 63), (0, 0, 1.008)),
        ((-1, 1, -63), (-0.016, 0.016, -1.008)),
        ((127, -128, 0), (2.032, -2.048, 0)),
    ):
        measured_g = LIS3DH(_Bus(axes), 0x19).read()
        assert all(abs(measured_g[i] - expected_g[i]) < 1e-6 for i in range(3))


def test_tilt_from_the_upright_post():
    bus = _Bus((3, -2, 62))
    sensor = LIS3DH(bus, 0x19)
    upright = sensor.read()
    assert sensor.tilt_deg(upright, upright) < 1e-4
    for degrees in (2, 30, 90, 179):
        angle = radians(degrees)
        bus.axes = (round(62 * sin(angle)), 0, round(62 * cos(angle)))
        assert abs(sensor.tilt_deg((0.0, 0.0, 1.0), sensor.read()) - degrees) < 0.6  # a digit is 0.9 degrees


def test_an_impact_is_counted_in_the_interrupt():
    bus, pin, told = _Bus(), _Pin(), []
    sensor = LIS3DH(bus, 0x19, pin, lambda: told.append(sensor.impacts))
    assert (pin.mode, pin.trigger) == (_Pin.IN, _Pin.IRQ_RISING)
    _struck(bus, pin)
    assert (sensor.impacts, told) == (1, [1])
    sensor.read()
    assert bus.registers[0x31] == 0  # the latch is off: the next one can come
    sensor.read()
    assert sensor.impacts == 1
    _struck(bus, pin)
    sensor.read()
    assert (sensor.impacts, told) == (2, [1, 2])


def test_a_lost_interrupt_is_a_delay():
    for pin in (None, _Pin()):
        bus, told = _Bus(), []
        sensor = LIS3DH(bus, 0x19, pin, lambda told=told: told.append(1))
        for expected in (1, 2):
            _struck(bus)
            sensor.read()
            assert (sensor.impacts, len(told)) == (expected, expected)


def test_what_was_latched_before_the_boot_is_not_counted():
    bus = _Bus()
    _struck(bus)
    sensor = LIS3DH(bus, 0x19)
    sensor.read()
    assert sensor.impacts == 0


def test_a_chip_that_forgot_its_settings():
    sensor = LIS3DH(_Bus((0, 0, 0)), 0x19)
    try:
        sensor.read()
    except ChipError as error:
        assert "no gravity" in str(error)
    else:
        raise AssertionError("a post without gravity")


def test_a_lost_bus_goes_to_the_caller():
    bus = _Bus()
    sensor = LIS3DH(bus, 0x19)
    bus.dead = True
    try:
        sensor.read()
    except OSError:
        return
    raise AssertionError("read")


def test_nobody_another_chip_and_one_that_sleeps():
    bus = _Bus()
    bus.dead = True
    assert _refused(bus).startswith("LIS3DH at 0x19: no answer")
    stranger = _Bus(identity=0x32)  # LIS331DLH
    assert _refused(stranger) == "LIS3DH at 0x19: id reads 0x32, another chip?"
    assert stranger.log == [0x0F]
    assert _refused(_Bus(slow=99)) == "LIS3DH at 0x19: takes no samples"
