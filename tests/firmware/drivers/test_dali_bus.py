"""DALI frames on the wire, as in IEC 62386-101: 1200 bits a second, Manchester, 10 us a sample."""

import time

from corolle.drivers.chip import ChipError
from corolle.drivers.dali_bus import DaliBus, Garbled

_HALF_US = 416.667


def _lows(bits, half_us=_HALF_US, begin_us=0.0):
    """When a frame holds the bus low: (from, to) in us. A start bit of 1; 1 is low then high (7.2)."""
    halves = "".join("01" if bit == "1" else "10" for bit in "1" + bits)
    return [
        (begin_us + place * half_us, begin_us + (place + 1) * half_us)
        for place, level in enumerate(halves)
        if level == "0"
    ]


def _byte(value):
    return "".join("1" if value >> place & 1 else "0" for place in range(7, -1, -1))


class _Wire:
    """A bus sampled every 10 us. `others` are the times at which somebody else holds it low, counted from
    the end of our frame; `noise` from the beginning of the transfer."""

    def __init__(self, others=(), noise=(), deaf=False, inverted=False, delay=0):
        self.others, self.noise = list(others), list(noise)
        self.deaf, self.inverted, self.delay = deaf, inverted, delay
        self.sent = []  # for each transfer: (time in ms, samples on MOSI)

    def write_readinto(self, out, into):
        assert len(out) % 4 == 0, "DMA of an ESP32 copies what is no multiple of 4"
        pulled = [out[i >> 3] >> (7 - (i & 7)) & 1 for i in range(8 * len(out))]
        self.sent.append((time.ticks_ms(), pulled))
        time.sleep_us(10 * len(pulled))
        low = [0] * self.delay + pulled[: len(pulled) - self.delay]
        if self.deaf:
            low = [0] * len(pulled)
        end_us = 10 * (len(pulled) - pulled[::-1].index(1)) if 1 in pulled else 0
        for times, base_us in ((self.others, end_us), (self.noise, 0)):
            for begin, end in times:
                first, last = round((base_us + begin) / 10), round((base_us + end) / 10)
                for place in range(max(0, first), min(len(low), last)):
                    low[place] = 1
        for i in range(len(into)):
            into[i] = 0
        for place, is_low in enumerate(low):
            if bool(is_low) == self.inverted:
                into[place >> 3] |= 0x80 >> (place & 7)


def _error(wire, act):
    try:
        act(DaliBus(wire, inverted=wire.inverted))
    except ChipError as error:
        return error
    raise AssertionError("taken")


def test_a_frame_has_the_shape_and_the_times_of_the_standard():
    """An edge is at most 50 us from where it belongs (8.1.1), here 10 us; 2.45 ms of rest end the frame."""
    for address, data in ((0xFE, 0x80), (0x03, 0x91), (0xA3, 0x00), (0xFF, 0xFF)):
        wire = _Wire()
        DaliBus(wire).send(address, data)
        pulled = wire.sent[0][1]
        start = pulled.index(1)
        assert start >= 1, "the bus at rest must be seen before the start bit"
        ideal = [False] * len(pulled)
        for begin_us, end_us in _lows(_byte(address) + _byte(data)):
            for place in range(round(begin_us / 10), round(end_us / 10)):
                ideal[start + place] = True
        edges = [[i for i in range(1, len(x)) if bool(x[i]) != bool(x[i - 1])] for x in (pulled, ideal)]
        assert len(edges[0]) == len(edges[1])
        assert max(abs(edges[0][i] - edges[1][i]) for i in range(len(edges[0]))) <= 1
        assert len(pulled) - edges[0][-1] >= 245


def test_frames_keep_their_distance():
    """At least 13.5 ms from the end of a frame to the next forward frame (8.3.2)."""
    wire = _Wire()
    bus = DaliBus(wire)
    bus.send(0xFE, 10)
    bus.send(0xFE, 20)
    bus.ask(0xFF, 0x91)
    bus.send(0xFE, 30)
    for i in range(3):
        begin_ms, pulled = wire.sent[i]
        distance_ms = time.ticks_diff(wire.sent[i + 1][0], begin_ms) - len(pulled) / 100
        assert 13.5 <= distance_ms <= 20


def test_a_configuration_command_comes_twice_in_time():
    wire = _Wire()
    DaliBus(wire).send(0xFF, 0x2E, twice=True)
    (first_ms, pulled), (second_ms, again) = wire.sent
    assert pulled == again
    # At most 75 ms between the two (8.3.2); a receiver accepts 94 ms (8.2.3).
    assert time.ticks_diff(second_ms, first_ms) - len(pulled) / 100 <= 75


def test_every_answer_is_read():
    for answer in range(0, 256, 15):
        for settling_us in (5500, 7000, 10500):
            wire = _Wire(_lows(_byte(answer), begin_us=settling_us))
            assert DaliBus(wire).ask(0xFF, 0xA0) == answer


def test_answers_at_the_limits_of_a_receiver():
    """Half a bit of 333.3 to 500 us (8.2.1, table 18), 2.4 to 12.4 ms after our frame (8.2.3, table 20)."""
    for answer in (0x00, 0xFF, 0xAA, 0x55, 0x8E):
        for half_us in (333.4, 366.7, 466.7, 499.9):
            for settling_us in (2410, 12390):
                wire = _Wire(_lows(_byte(answer), half_us, settling_us))
                assert DaliBus(wire).ask(0x01, 0x90) == answer, (answer, half_us, settling_us)


def test_an_answer_whose_halves_are_unequal():
    """A coupler that is quicker to fall than to rise lengthens every low half by 60 us."""
    lows = [(begin, end + 60) for begin, end in _lows(_byte(0xC5), begin_us=7000)]
    assert DaliBus(_Wire(lows)).ask(0x01, 0x90) == 0xC5


def test_a_ringing_edge_is_one_edge():
    lows = _lows(_byte(0xC5), begin_us=7000)
    rings = [(begin - 30, begin - 20) for begin, _ in lows] + [(end + 10, end + 20) for _, end in lows]
    assert DaliBus(_Wire(lows + rings)).ask(0x01, 0x90) == 0xC5


def test_an_inverted_receiver():
    wire = _Wire(_lows(_byte(0x42), begin_us=7000), inverted=True)
    assert DaliBus(wire, inverted=True).ask(0x01, 0xA0) == 0x42


def test_a_transceiver_takes_its_time():
    wire = _Wire(_lows(_byte(0x42), begin_us=7000), delay=10)
    assert DaliBus(wire).ask(0x01, 0xA0) == 0x42


def test_silence():
    bus = DaliBus(_Wire())
    assert bus.ask(0x01, 0x91) is None
    assert bus.ask(0x01, 0x91) is None


def test_what_comes_too_late_is_no_answer():
    assert DaliBus(_Wire(_lows(_byte(0xFF), begin_us=14_000))).ask(0x01, 0x91) is None


def test_two_who_answer_at_once():
    lows = _lows(_byte(0xFF), begin_us=6000) + _lows(_byte(0xFF), begin_us=6800)
    error = _error(_Wire(lows), lambda bus: bus.ask(0xFF, 0x91))
    assert isinstance(error, Garbled) and "0xff 0x91" in str(error)


def test_a_frame_too_short_or_too_long_is_no_answer():
    for bits in (_byte(0xA5)[:7], _byte(0xA5) + "1"):
        error = _error(_Wire(_lows(bits, begin_us=6000)), lambda bus: bus.ask(0xFF, 0x91))
        assert isinstance(error, Garbled)


def test_halves_beyond_the_limits_are_no_answer():
    for half_us in (305, 560):
        error = _error(_Wire(_lows(_byte(0xA5), half_us, 6000)), lambda bus: bus.ask(0xFF, 0x91))
        assert isinstance(error, Garbled)


def test_a_bus_without_supply_or_shorted():
    error = _error(_Wire(noise=[(0, 100_000)]), lambda bus: bus.send(0xFE, 254))
    assert "the bus is low" in str(error) and not isinstance(error, Garbled)


def test_a_transmitter_that_is_not_wired():
    assert "nothing of what was sent" in str(_error(_Wire(deaf=True), lambda bus: bus.send(0xFE, 254)))


def test_another_sender_in_our_frame():
    error = _error(_Wire(noise=[(5000, 6200)]), lambda bus: bus.send(0xFE, 254))
    assert "0xfefe was heard changed" in str(error) and not isinstance(error, Garbled)


def test_a_wrong_polarity_is_found_out():
    wire = _Wire(inverted=True)
    try:
        DaliBus(wire).send(0xFE, 254)
    except ChipError as error:
        assert "the bus is low" in str(error)
    else:
        raise AssertionError("taken")


def test_a_bus_that_was_short_for_a_while_works_again():
    wire = _Wire(_lows(_byte(0x42), begin_us=7000), noise=[(0, 100_000)])
    bus = DaliBus(wire)
    try:
        bus.ask(0x01, 0xA0)
    except ChipError:
        wire.noise = []
    assert bus.ask(0x01, 0xA0) == 0x42
