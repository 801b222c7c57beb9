"""Solenoid, contact and anemometer: what their pins do."""

import time

from corolle.drivers.anemometer import Anemometer
from corolle.drivers.contact import Contact
from corolle.drivers.solenoid import Solenoid


class _Pin:
    """A pin that remembers what it was told, and whose edges the test makes."""

    IN, OUT, PULL_DOWN, PULL_UP, IRQ_RISING, IRQ_FALLING = 1, 3, 1, 2, 1, 2

    def __init__(self, level=1):
        self.level = level
        self.driven = []
        self.handler = None

    def init(self, mode, pull=None, value=None):
        self.mode, self.pull = mode, pull
        if mode == self.OUT:
            self.value(value)

    def irq(self, handler, trigger=0):
        self.handler, self.trigger = handler, trigger

    def value(self, level=None):
        if level is None:
            return self.level
        self.driven.append(level)
        self.level = level
        return None


def test_a_solenoid_is_shut_at_the_start_and_follows_its_orders():
    pin = _Pin()
    valve = Solenoid(pin)
    assert pin.mode == pin.OUT and pin.driven == [0] and not valve.is_open
    valve.open()
    assert pin.level == 1 and valve.is_open
    valve.close()
    valve.close()
    assert pin.driven == [0, 1, 0, 0] and not valve.is_open


def test_a_callback_that_shuts_a_solenoid_while_it_is_opened_wins():
    class _Interrupted(_Pin):
        def value(self, level=None):
            super().value(level)
            if level == 1:
                valve.close()

    pin = _Interrupted()
    valve = Solenoid(pin)
    valve.open()
    assert pin.level == 0, "water runs that nobody wants"
    valve.close()
    assert not valve.is_open and pin.level == 0


def test_what_a_contact_tells_is_what_it_means():
    for closed_is, level, present in ((1, 0, True), (1, 1, False), (0, 0, False), (0, 1, True)):
        pin = _Pin(level)
        contact = Contact(pin, closed_is)
        assert pin.pull == pin.PULL_UP
        assert contact.present is contact.read() is present, (closed_is, level)


def test_a_contact_is_read_each_time():
    pin = _Pin(1)
    contact = Contact(pin, 1)
    assert not contact.present
    pin.level = 0
    assert contact.present


def test_a_contact_that_is_watched_tells_each_change():
    pin, seen = _Pin(1), []
    contact = Contact(pin, 1)
    assert pin.handler is None
    contact.watch(lambda: seen.append(contact.present))
    assert pin.trigger == pin.IRQ_RISING | pin.IRQ_FALLING and pin.handler
    for level in (0, 1):
        pin.level = level
        pin.handler(pin)
    assert seen == [True, False]


def _turn(pin, pulses, period_ms, bounces=0):
    """Let the cups turn; a pin that nobody listens to loses its edges."""
    for _ in range(pulses):
        time.sleep_ms(period_ms - bounces)
        if pin.handler:
            pin.handler(pin)
        for _ in range(bounces):
            time.sleep_ms(1)
            if pin.handler:
                pin.handler(pin)


def _blows(wind, m_s, within=1e-6):
    found = wind.wind_m_s()
    return found is not None and abs(found - m_s) < within


def test_wind_is_pulses_by_time():
    pin = _Pin()
    wind = Anemometer(pin, 0.667)
    assert pin.trigger == _Pin.IRQ_FALLING and pin.pull == _Pin.PULL_UP
    _turn(pin, 12, 500)
    assert _blows(wind, 2 * 0.667)
    _turn(pin, 3, 1000)
    assert _blows(wind, 0.667)


def test_no_pulse_is_calm_and_too_little_time_is_nothing_or_the_last():
    pin = _Pin()
    wind = Anemometer(pin, 1.0)
    time.sleep_ms(1999)
    assert wind.wind_m_s() is None
    time.sleep_ms(1)
    assert wind.wind_m_s() == 0
    _turn(pin, 4, 250)
    assert wind.wind_m_s() == 0, "a window of one second"
    _turn(pin, 4, 250)
    assert wind.wind_m_s() == 4


def test_a_bouncing_reed_is_one_pulse():
    pin = _Pin()
    wind = Anemometer(pin, 1.0)
    _turn(pin, 10, 300, bounces=2)
    assert _blows(wind, 10 / 3, 0.01)


def test_in_a_gale_it_stops_listening_and_still_tells_the_wind():
    pin = _Pin()
    wind = Anemometer(pin, 0.667)
    _turn(pin, 1000, 20)
    assert pin.handler is None and pin.pull == _Pin.PULL_DOWN
    assert wind.pulses == 20
    time.sleep(600)
    assert _blows(wind, 50 * 0.667)
    assert pin.handler is not None and pin.pull == _Pin.PULL_UP
    _turn(pin, 5, 1000)
    assert _blows(wind, 0.667)


def test_a_window_of_days_is_measured_or_thrown_away_and_never_negative():
    for days in (1, 5, 7, 9, 11, 13):
        pin = _Pin()
        wind = Anemometer(pin, 1.0)
        time.sleep(days * 86400)
        assert wind.wind_m_s() in (0, None), days
        time.sleep(1)
        _turn(pin, 10, 500)
        assert _blows(wind, 10 / 6), days


def test_impossible_parts_are_refused():
    for make, legal in (
        (lambda: Contact(_Pin(), 2), "0 nor 1"),
        (lambda: Anemometer(_Pin(), 0), "above 0"),
        (lambda: Anemometer(_Pin(), 101), "up to 100"),
    ):
        try:
            make()
        except ValueError as error:
            assert legal in str(error)
            continue
        raise AssertionError("taken")
