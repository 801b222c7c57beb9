"""The LoRa air: range, collisions, capture, and the causes of what is lost."""

from collections import Counter

import pytest
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.lora import Signal
from corolle_hil.world.propagation import Position, Propagation


class Ear:
    """A radio that listens for everything from the start and keeps what it hears."""

    noise_figure_db = 3.0

    def __init__(self, air, name, x_m, side="node"):
        self.name, self.side, self.position = name, side, Position(x_m, 0.0)
        self.transmitting = False
        self.since_us = 0
        self.heard, self.failed = [], []
        self.air = air
        air.join(self)

    def listening_since_us(self, signal):
        return self.since_us if self.side == "gateway" else None

    def lock(self, reception):
        return None

    def header(self, reception):
        if reception.cause:
            self.failed.append(reception.cause)

    def finish(self, reception):
        if reception.cause:
            self.failed.append(reception.cause)
        else:
            self.heard.append(reception)


class Street:
    """An air without shadowing, a gateway at 0 and nodes where a test wants them."""

    def __init__(self, scheduler, loss=0.0):
        self.scheduler = scheduler
        self.air = Air(scheduler, Propagation(scheduler.rng, shadowing_db=0.0), loss)
        self.gateway = Ear(self.air, "gateway", 0.0, "gateway")

    def node(self, x_m):
        return Ear(self.air, f"node {x_m}", x_m)

    def send(self, node, at_us, sf=9, freq_hz=868_100_000, payload=b"x" * 20):
        signal = Signal(freq_hz, sf, 125_000, payload, 14.0, low_data_rate=sf > 10)
        self.scheduler.at(at_us, self.air.transmit, node, signal)
        return signal

    def result(self):
        self.scheduler.run(self.scheduler.now_us + 10_000_000)
        return [reception.signal for reception in self.gateway.heard], self.air.tally["node"].lost


@pytest.fixture
def street(scheduler):
    return Street(scheduler)


def test_a_frame_is_heard_at_its_end_with_its_level(street):
    node = street.node(100.0)
    signal = street.send(node, 0)
    street.scheduler.run(signal.airtime_us - 1)
    assert not street.gateway.heard
    street.scheduler.run(signal.airtime_us)
    (reception,) = street.gateway.heard
    # 128.95 dB at 1 km and 23.2 dB a decade: 14 - 105.75 dBm; noise -174 + 51 + 3 dBm.
    assert reception.rssi_dbm == pytest.approx(-91.75, abs=0.1)
    assert reception.snr_db == pytest.approx(-91.75 + 120, abs=0.1)
    assert street.air.tally["node"].received == 1


def test_two_equal_frames_destroy_each_other(street):
    street.send(street.node(100.0), 0)
    street.send(street.node(-100.0), 50_000)
    heard, lost = street.result()
    assert heard == []
    assert lost == {"collision": 2}


def test_the_stronger_frame_is_captured_from_6_db_on(street):
    """At an exponent of 2.32, 1.9 times the distance is 6.5 dB; 1.7 times is 5.3 dB."""
    near, far = street.node(100.0), street.node(-190.0)
    strong = street.send(near, 0)
    street.send(far, 20_000)
    heard, lost = street.result()
    assert heard == [strong]
    assert lost == {"collision": 1}


def test_a_frame_less_than_6_db_stronger_is_not(street):
    street.send(street.node(100.0), 0)
    street.send(street.node(-170.0), 20_000)
    assert street.result() == ([], {"collision": 2})


@pytest.mark.parametrize("apart", [{"sf": 7}, {"freq_hz": 868_300_000}])
def test_other_spreading_factors_and_channels_do_not_collide(street, apart):
    street.send(street.node(100.0), 0)
    street.send(street.node(-100.0), 0, **apart)
    heard, lost = street.result()
    assert len(heard) == 2
    assert not lost


def test_frames_one_after_the_other_do_not_collide(street):
    node = street.node(100.0)
    first = street.send(node, 0)
    street.send(street.node(-100.0), first.airtime_us)
    assert len(street.result()[0]) == 2


def test_an_interferer_that_ends_early_in_the_preamble_does_no_harm(street):
    """SF9 symbols last 4.1 ms; the first three of eight may be lost."""
    first = street.send(street.node(100.0), 0)
    street.send(street.node(-100.0), first.airtime_us - 2 * 4096)
    heard, lost = street.result()
    assert len(heard) == 1
    assert lost == {"collision": 1}


def test_out_of_range_depends_on_the_spreading_factor(street):
    node = street.node(4500.0)
    street.send(node, 0, sf=7)
    slow = street.send(node, 1_000_000, sf=12)
    heard, lost = street.result()
    assert heard == [slow]
    assert lost == {"out_of_range": 1}


def test_a_transmitting_gateway_hears_nothing(street):
    street.gateway.transmitting = True
    street.send(street.node(100.0), 0)
    assert street.result() == ([], {"half_duplex": 1})


def test_a_downlink_that_nobody_waits_for_is_counted_apart(street):
    street.node(100.0)
    street.send(street.gateway, 0)
    assert street.result() == ([], {})
    assert street.air.tally["gateway"].lost == {"not_listening": 1}


def test_random_loss_has_its_own_cause(scheduler):
    street = Street(scheduler, loss=0.3)
    node = street.node(50.0)
    for number in range(400):
        street.send(node, number * 1_000_000, sf=7)
    scheduler.run(401_000_000)
    assert street.air.tally["node"].lost["random"] == pytest.approx(120, abs=40)
    assert street.air.tally["node"].sent == 400


def test_loss_must_be_a_probability(scheduler):
    with pytest.raises(ValueError, match="0 to 1"):
        Street(scheduler, loss=1.5)


def test_shadowing_is_each_links_own_the_same_both_ways_and_from_the_seed():
    here, there = Position(0.0, 0.0), Position(200.0, 0.0)

    def losses(seed):
        propagation = Propagation(Scheduler(seed=seed).rng)
        return [propagation.loss_db("a", here, f"b{n}", there) for n in range(300)]

    assert losses(1) == losses(1) != losses(2)
    mean = sum(losses(1)) / 300
    assert mean == pytest.approx(128.95 + 23.2 * -0.699, abs=1.5)
    propagation = Propagation(Scheduler(seed=1).rng)
    assert propagation.loss_db("b0", there, "a", here) == losses(1)[0]


def test_a_busy_street_is_the_same_each_time_and_keeps_no_past_frames():
    def run():
        street = Street(Scheduler(seed=3))
        rng = street.scheduler.rng("traffic")
        for number in range(300):
            street.send(street.node(20.0 + number), rng.randrange(60_000_000), sf=rng.randrange(7, 13))
        street.scheduler.run(70_000_000)
        tally = street.air.tally["node"]
        assert tally.received + tally.lost.total() == tally.sent == 300
        return tally.received, Counter(tally.lost), len(street.air._flights)

    assert run() == run()
    assert run()[2] < 20
