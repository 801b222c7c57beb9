"""A relay: where on the wave it switches, how long it must hold, and what it does when nothing is told."""

import time

from corolle.drivers.relay import Relay


class _Coil:
    OUT = 3

    def __init__(self):
        self.drawn = []  # (ticks in us, level)

    def init(self, mode, value):
        assert mode == self.OUT
        self.value(value)

    def value(self, level):
        self.drawn.append((time.ticks_us(), level))


class _Crossings:
    """High for a while from each crossing on, as worked out when asked."""

    IN = 1

    def __init__(self, phase_us=0, period_us=10_000, high_us=1000, stuck=None):
        self.phase_us, self.period_us, self.high_us, self.stuck = phase_us, period_us, high_us, stuck

    def init(self, mode):
        assert mode == self.IN

    def value(self):
        if self.stuck is not None:
            return self.stuck
        return int(self.after_us(time.ticks_us()) < self.high_us)

    def after_us(self, ticks_us):
        """How far after a crossing."""
        return time.ticks_diff(ticks_us, self.phase_us) % self.period_us


def _contact_us(crossings, moment_us, operate_us):
    """How far from the nearest of the crossings of a 50 Hz wave the contact moves."""
    after_us = crossings.after_us(time.ticks_add(moment_us, operate_us)) % 10_000
    return after_us if after_us <= 5000 else after_us - 10_000


def test_at_rest_the_luminaire_has_its_supply():
    coil = _Coil()
    relay = Relay(coil)
    assert [level for _, level in coil.drawn] == [0]
    assert relay.on and relay.starts == 0
    assert relay.set(True) == 0
    assert len(coil.drawn) == 1, "nothing to do"


def test_the_contact_meets_a_crossing():
    for phase_us in (0, 1300, 4900, 9950):
        for close_ms, open_ms in ((4, 8), (3.3, 12.7), (0, 10), (25, 9.9)):
            for period_us, high_us in ((10_000, 1000), (20_000, 10_000)):
                coil, crossings = _Coil(), _Crossings(phase_us, period_us, high_us)
                relay = Relay(coil, crossings, close_ms, open_ms, hold_s=0)
                assert relay.set(False) == 0
                time.sleep_ms(3)
                assert relay.set(True) == 0
                (off_us, drawn), (on_us, let_go) = coil.drawn[1:]
                assert (drawn, let_go) == (1, 0)
                assert abs(_contact_us(crossings, off_us, round(open_ms * 1000))) <= 200
                assert abs(_contact_us(crossings, on_us, round(close_ms * 1000))) <= 200


def test_sixty_hertz():
    coil, crossings = _Coil(), _Crossings(700, 8333)
    relay = Relay(coil, crossings, open_ms=9, hold_s=0, half_wave_us=8333)
    relay.set(False)
    after_us = crossings.after_us(time.ticks_add(coil.drawn[1][0], 9000))
    assert min(after_us, 8333 - after_us) <= 200


def test_without_crossings_it_switches_all_the_same():
    for stuck in (0, 1):
        coil = _Coil()
        relay = Relay(coil, _Crossings(stuck=stuck), hold_s=0)
        begin_us = time.ticks_us()
        assert relay.set(False) == 0
        moment_us, level = coil.drawn[1]
        assert level == 1 and time.ticks_diff(moment_us, begin_us) <= 20_000
    coil = _Coil()
    begin_us = time.ticks_us()
    Relay(coil, hold_s=0).set(False)
    assert coil.drawn[1] == (begin_us, 1)


def test_switching_off_is_put_off_and_switching_on_never():
    coil = _Coil()
    relay = Relay(coil, hold_s=60)
    time.sleep(20)
    assert relay.set(False) == 40_000, "a reset may come after an operation"
    assert relay.on and len(coil.drawn) == 1
    time.sleep(40)
    assert relay.set(False) == 0 and not relay.on
    time.sleep(1)
    assert relay.set(True) == 0 and relay.on
    time.sleep_ms(250)
    assert relay.set(False) == 59_750
    assert [level for _, level in coil.drawn] == [0, 1, 0]


def test_it_holds_nothing_after_days():
    for days in (1, 5, 6.5, 9, 12):
        relay = Relay(_Coil(), hold_s=60)
        time.sleep(int(days * 86400))
        assert relay.set(False) == 0, days


def test_starts_are_counted():
    relay = Relay(_Coil(), hold_s=0)
    for on in (False, True, True, False, False, True):
        relay.set(on)
    assert relay.starts == 2


def test_an_impossible_hold():
    try:
        Relay(_Coil(), hold_s=90_000)
    except ValueError as error:
        assert "0..86400" in str(error)
    else:
        raise AssertionError("taken")
