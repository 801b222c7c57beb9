"""The air by itself: what collides, what drowns, what a listener costs, and that chance is the seed's."""

import itertools

import pytest
from bumble.hci import Address
from corolle_hil.ble.air import BleAir
from corolle_hil.ble.antenna import Antenna, Ear
from corolle_hil.ble.pdu import ADV_NONCONN_IND, CHANNEL_STEP_US, Broadcast
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.propagation import Position

_ALWAYS = Ear(30_000, 30_000, 0)


class Quarter:
    """An air with antennas in it; what each has heard."""

    def __init__(self, seed: int = 1, loss: float = 0.0):
        self.scheduler = Scheduler(seed=seed)
        self.air = BleAir(self.scheduler, loss)
        self.heard: dict[str, list[tuple[int, str, int]]] = {}

    def antenna(self, name: str, x_m: float, y_m: float = 0.0) -> Antenna:
        log = self.heard.setdefault(name, [])
        now_us = lambda: self.scheduler.now_us  # noqa: E731 - read when it is heard
        antenna = Antenna(
            name,
            Position(x_m, y_m),
            lambda said, rssi_dbm, _: log.append((now_us(), said.data.decode(), rssi_dbm)),
        )
        self.air.join(antenna)
        return antenna

    def listener(self, name: str, x_m: float, ear: Ear = _ALWAYS) -> Antenna:
        antenna = self.antenna(name, x_m)
        self.air.listen(antenna, ear)
        return antenna

    def sender(self, name: str, x_m: float, interval_us: int = 100_000) -> Antenna:
        antenna = self.antenna(name, x_m)
        number = len(self.heard)
        address = Address(bytes([number, 0, 0, 0, 0, 0xC0]))
        self.air.advertise(antenna, Broadcast(ADV_NONCONN_IND, address, name.encode()), interval_us)
        return antenna

    def run(self, seconds: float) -> None:
        self.scheduler.run(self.scheduler.now_us + round(seconds * 1e6))

    def share(self, listener: str, sender: str) -> float:
        """What part of a listener's adverts came from one sender."""
        names = [name for _, name, _ in self.heard[listener]]
        return names.count(sender) / len(names)


def test_a_pdu_takes_its_time_on_air():
    """Core 5.4, Vol 6, Part B, 2.1: preamble, access address, header, AdvA, data, CRC, 8 us a byte."""
    address = Address("C0:00:00:00:00:01")
    assert Broadcast(ADV_NONCONN_IND, address, b"").pdu_us == 128
    assert Broadcast(ADV_NONCONN_IND, address, bytes(31)).pdu_us == 376


def test_a_scanner_goes_from_channel_to_channel():
    """LL 4.4.3: another channel each interval; of an event it hears the PDU on the one it is on."""
    ear = Ear(100_000, 50_000, 1_000_000)
    assert ear.catches(1_000_000, 376) == 1_000_000
    assert ear.catches(1_100_000, 376) == 1_100_000 + CHANNEL_STEP_US
    assert ear.catches(1_200_000, 376) == 1_200_000 + 2 * CHANNEL_STEP_US
    assert ear.catches(1_060_000, 376) is None  # its window is shut
    assert ear.catches(1_049_700, 376) is None  # it shuts in mid-PDU
    assert ear.catches(999_000, 376) is None  # not open yet


def test_intervals_are_spread_by_adv_delay():
    """LL 4.4.2.2.1: the interval and 0 to 10 ms, never the same twice for two that began together."""
    quarter = Quarter()
    quarter.listener("ear", 0)
    quarter.sender("a", 3)
    quarter.run(60)
    times_us = [t_us for t_us, _, _ in quarter.heard["ear"]]
    gaps_us = [later - sooner for sooner, later in itertools.pairwise(times_us)]
    single = [gap_us for gap_us in gaps_us if gap_us < 150_000]
    # One PDU is two steps of channels earlier or later than the other's, when the scanner has moved on.
    assert min(single) >= 100_000 and max(single) <= 110_000
    assert 104_000 < sum(single) / len(single) < 106_000


def test_the_stronger_of_two_survives_and_equals_drown_each_other():
    """Fast adverts of many: a near one is captured through them, far ones are lost to each other."""
    quarter = Quarter()
    quarter.listener("ear", 0)
    for number in range(40):
        quarter.sender(f"far{number}", 60 + number / 10, 20_000)
    quarter.sender("near", 1, 20_000)
    quarter.run(20)
    sent = 20 / 0.025
    near = sum(name == "near" for _, name, _ in quarter.heard["ear"])
    far = sum(name != "near" for _, name, _ in quarter.heard["ear"]) / 40
    assert near > 0.9 * sent
    assert far < 0.75 * sent
    assert quarter.air.tally["collided"] > 1000


def test_who_sends_does_not_hear():
    quarter = Quarter()
    both = quarter.sender("both", 0, 20_000)
    quarter.air.listen(both, _ALWAYS)
    quarter.sender("other", 3, 20_000)
    quarter.run(30)
    # 2.7 of each 25 ms are its own.
    assert quarter.air.tally["half_duplex"] == pytest.approx(30 / 0.025 * 2.7 / 25, rel=0.35)
    assert "both" not in {name for _, name, _ in quarter.heard["both"]}


def test_adverts_nobody_listens_to_cost_nothing(monkeypatch):
    quarter = Quarter()
    happenings = []
    at = quarter.scheduler.at
    monkeypatch.setattr(
        quarter.scheduler, "at", lambda t_us, fn, *args: happenings.append(t_us) or at(t_us, fn, *args)
    )
    for number in range(200):
        quarter.sender(f"s{number}", number * 5.0)
    quarter.run(3600)
    assert len(happenings) == 200  # each looked around once
    ear = quarter.listener("ear", 0, Ear(30_000, 30_000, quarter.scheduler.now_us))
    quarter.run(1)
    assert len(quarter.heard["ear"]) > 20
    quarter.air.listen(ear, None)
    quarter.run(1)
    after = len(happenings)
    quarter.run(3600)
    assert len(happenings) == after


def test_who_comes_nearer_is_heard_and_who_has_left_is_not():
    quarter = Quarter()
    quarter.listener("ear", 0)
    walker = quarter.sender("walker", 3000)
    quarter.run(5)
    assert not quarter.heard["ear"]
    quarter.air.move(walker, Position(5, 0))
    quarter.run(5)
    heard = len(quarter.heard["ear"])
    assert heard > 35
    quarter.air.leave(walker)
    quarter.run(5)
    assert len(quarter.heard["ear"]) <= heard + 1


def test_the_same_seed_is_the_same_street():
    def live(seed: int) -> dict[str, list[tuple[int, str, int]]]:
        quarter = Quarter(seed, loss=0.1)
        for number in range(12):
            here = quarter.sender(f"post{number}", 27.0 * number)
            quarter.air.listen(here, _ALWAYS)
        quarter.run(5)
        return quarter.heard

    assert live(3) == live(3) != live(4)


@pytest.mark.parametrize("loss", [-0.1, 1.0])
def test_a_loss_that_is_none_is_refused(loss: float):
    with pytest.raises(ValueError, match="legal range"):
        BleAir(Scheduler(), loss)
