"""Presence, valve and meter: what their pins do."""

import time

from corolle.drivers.flow_meter import FlowMeter
from corolle.drivers.latching_valve import LatchingValve
from corolle.drivers.pir import Pir


class _Pin:
    """A pin that remembers when it was driven, and whose edges the test makes."""

    IN, OUT, PULL_UP, IRQ_RISING, IRQ_FALLING = 1, 3, 2, 1, 2

    def __init__(self, level=0, sheet=None, name=""):
        self.level, self.sheet, self.name = level, sheet, name
        self.handler = lambda pin: None

    def init(self, mode, pull=None, value=None):
        if mode == self.OUT:
            self.value(value)

    def irq(self, handler, trigger):
        self.handler, self.trigger = handler, trigger

    def value(self, level=None):
        if level is None:
            return self.level
        if level != self.level and self.sheet is not None:
            self.sheet.append((time.ticks_ms(), self.name, level))
        self.level = level
        return None

    def edge(self, level, lost=False):
        self.level = level
        if not lost:
            self.handler(self)


def _pulses(sheet):
    """(name, length in ms) of each pulse."""
    begun, pulses = {}, []
    for at_ms, name, level in sheet:
        if level:
            begun[name] = at_ms
            assert len(begun) == 1, "both inputs high: the bridge is shorted"
        else:
            pulses.append((name, time.ticks_diff(at_ms, begun.pop(name))))
    assert not begun, "an input stays high: the coil burns"
    return pulses


def _valve(**options):
    sheet: list = []
    valve = LatchingValve(_Pin(0, sheet, "open"), _Pin(0, sheet, "close"), **options)
    return valve, sheet


def test_a_valve_is_shut_before_anything_else():
    valve, sheet = _valve(pulse_ms=50)
    assert _pulses(sheet) == [("close", 50)]
    assert not valve.is_open


def test_a_valve_is_pulsed_at_every_order():
    valve, sheet = _valve(pulse_ms=30)
    valve.open()
    assert valve.is_open
    valve.close()
    valve.close()
    assert not valve.is_open
    assert _pulses(sheet) == [("close", 30), ("open", 30), ("close", 30), ("close", 30)]


def test_a_callback_in_the_middle_of_a_pulse_wins_and_shorts_nothing():
    valve, sheet = _valve(pulse_ms=50)
    sheet.clear()
    sleep_ms, nested = time.sleep_ms, []

    def interrupted(ms):
        sleep_ms(ms // 2)
        if not nested:
            nested.append(True)
            valve.close()
        sleep_ms(ms // 2)

    time.sleep_ms = interrupted
    valve.open()
    assert _pulses(sheet) == [("open", 25), ("close", 50)]
    assert not valve.is_open


def test_presence_by_interrupt():
    calls = []
    pin = _Pin()
    pir = Pir(pin, lambda: calls.append(pir.present))
    assert pin.trigger == 3 and not pir.present
    pin.edge(1)
    pin.edge(0)
    assert calls == [True, False]
    assert pir.passages == 1


def test_a_lost_interrupt_is_found_by_looking():
    pin = _Pin()
    pir = Pir(pin, lambda: None)
    pin.edge(1, lost=True)
    assert not pir.present
    assert pir.update() and pir.passages == 1
    assert pir.update() and pir.passages == 1
    pin.edge(0, lost=True)
    assert not pir.update()


def test_somebody_who_is_there_at_the_start_counts():
    assert Pir(_Pin(1), lambda: None).passages == 1


def test_pulses_are_litres():
    pin = _Pin(1)
    meter = FlowMeter(pin, 0.01)
    assert pin.trigger == _Pin.IRQ_FALLING
    for _ in range(250):
        time.sleep_ms(20)
        pin.handler(pin)
    assert meter.pulses == 250 and abs(meter.litres - 2.5) < 1e-9


def test_a_bouncing_contact_is_one_pulse():
    pin = _Pin(1)
    meter = FlowMeter(pin, 0.01)
    for _ in range(10):
        time.sleep_ms(50)
        for _ in range(4):
            pin.handler(pin)
            time.sleep_us(400)
    assert meter.pulses == 10


def test_a_pulse_after_days_without_water_counts():
    for days in (1, 5, 7, 9, 11):
        pin = _Pin(1)
        meter = FlowMeter(pin, 0.01)
        pin.handler(pin)
        time.sleep(days * 86400)
        pin.handler(pin)
        time.sleep_ms(50)
        pin.handler(pin)
        assert meter.pulses == 3, days


def test_the_meter_calls_when_so_much_has_passed():
    pin, called = _Pin(1), []
    meter = FlowMeter(pin, 0.01)
    meter.call_after(0.1, lambda: called.append(meter.pulses))
    for _ in range(30):
        time.sleep_ms(20)
        pin.handler(pin)
    assert called == [10]


def test_impossible_parts_are_refused():
    for make in (lambda: _valve(pulse_ms=0), lambda: FlowMeter(_Pin(), 0)):
        try:
            make()
        except ValueError:
            continue
        raise AssertionError("taken")


def test_presence_that_nobody_watches_wakes_nobody_and_can_be_asked():
    calls: list = []
    pin = _Pin(0)
    pir = Pir(pin, lambda: calls.append(pir.present))
    pir.watch(None)
    assert pin.handler is None, "no edge is an interrupt"
    pin.level = 1
    assert not pir.present and pir.update() and calls == []
    pin.level = 0
    pir.watch(lambda: calls.append("again"))
    assert not pir.present, "it was read"
    pin.edge(1)
    assert pir.present and calls == ["again"]
