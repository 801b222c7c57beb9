"""A simulated DALI bus and its gears: wire, commands and banks of IEC 62386-101, -102 and -251 to -253."""

import pytest
from corolle_hil.chips.dali_bus import DaliBus
from corolle_hil.chips.dali_gear import DaliGear

HALF_US = 1_000_000 / 2400


class Luminaire:
    """40 W at full light, 2 W of losses."""

    nominal_w = 40.0

    def __init__(self):
        self.levels = []
        self.burnt_out = False
        self.energy_wh = 0.0

    def command(self, level):
        self.levels.append(level)

    @property
    def level(self):
        return 0.0 if self.burnt_out else self.levels[-1]

    @property
    def power_w(self):
        return 2 + 38 * self.level


@pytest.fixture
def luminaire():
    return Luminaire()


@pytest.fixture
def gear(scheduler, luminaire):
    return DaliGear(scheduler, luminaire, short_address=3)


def later(scheduler, us):
    scheduler.run(scheduler.now_us + us)


def halves(bits):
    """1 is low and then high, 0 high and then low; L is pulled."""
    return "".join("LH" if bit == "1" else "HL" for bit in "1" + bits)


def samples(text, half_us=HALF_US, lead=20, n=3872):
    """What MOSI sends, a bit for 10 us."""
    pulled = ["0"] * n
    for place, half in enumerate(text):
        for i in range(round(place * half_us / 10), round((place + 1) * half_us / 10)):
            pulled[lead + i] = "1" if half == "L" else "0"
    return int("".join(pulled), 2).to_bytes(n // 8, "big")


def levels(data):
    return [int(bit) for bit in f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"]


def say(scheduler, bus, address, data, half_us=HALF_US):
    """A frame, and what is heard until 38 ms later."""
    later(scheduler, 60_000)
    return levels(bus.transfer(samples(halves(f"{address:08b}{data:08b}"), half_us)))


def answer(heard):
    """The backward frame among the samples: sampled in the middle of each half bit after its start."""
    end = 20 + round(34 * HALF_US / 10)
    low = [place for place in range(end, len(heard)) if not heard[place]]
    if not low:
        return None
    middles = [heard[low[0] + round((half + 0.5) * HALF_US / 10)] for half in range(18)]
    assert middles[0:2] == [0, 1], "no start bit"
    bits = [middles[i : i + 2] for i in range(2, 18, 2)]
    assert all(first != second for first, second in bits), "no Manchester code"
    return int("".join(str(second) for _, second in bits), 2)


def test_a_frame_is_heard_back_and_answered_in_time(scheduler, gear):
    bus = DaliBus(scheduler, [gear])
    heard = say(scheduler, bus, 0x07, 0x91)
    assert heard[:62] == [1] * 20 + [0] * 42
    assert answer(heard) == 0xFF
    end = 20 + round(33 * HALF_US / 10)  # the last bit is a 1: its second half is rest already
    begun = heard.index(0, end + 100)
    assert 550 <= begun - end <= 1050  # 5.5 to 10.5 ms
    assert bus.frames == 1
    assert not bus.mistakes


def test_who_is_not_meant_is_silent(scheduler, gear):
    bus = DaliBus(scheduler, [gear])
    assert answer(say(scheduler, bus, 0x09, 0x91)) is None
    assert answer(say(scheduler, bus, 0xFD, 0x91)) is None  # those without address
    assert answer(say(scheduler, bus, 0xFF, 0x91)) == 0xFF


def test_two_answers_at_once_are_no_frame(scheduler, luminaire):
    gears = [DaliGear(scheduler, luminaire, name) for name in "ab"]
    assert abs(gears[0].settling_us - gears[1].settling_us) > 50
    heard = say(scheduler, DaliBus(scheduler, gears), 0xFF, 0xA4)
    with pytest.raises(AssertionError):
        assert answer(heard) == 254


@pytest.mark.parametrize("half_us", [280, 560])
def test_a_frame_out_of_its_limits_is_not_understood(scheduler, gear, half_us):
    bus = DaliBus(scheduler, [gear])
    say(scheduler, bus, 0x07, 0x91, half_us)
    assert bus.frames == 0
    assert bus.mistakes["a bit of the wrong length"]


def test_frames_need_their_distance(scheduler, gear):
    bus = DaliBus(scheduler, [gear])
    frame = samples(halves("0" * 16), n=1696)
    bus.transfer(frame)
    later(scheduler, 16_960 + 10_750)  # and 2.8 ms of rest before and after the frames
    bus.transfer(frame)
    assert not bus.mistakes
    later(scheduler, 16_960 + 10_650)
    bus.transfer(frame)
    assert bus.mistakes == {"frames too close together": 1}


def test_faults_of_a_bus(scheduler, gear):
    bus = DaliBus(scheduler, [gear])
    bus.deaf = True
    assert set(say(scheduler, bus, 0x07, 0x91)) == {1}
    bus.deaf = False
    bus.disturbed = 1
    assert answer(say(scheduler, bus, 0x07, 0x91)) is None
    assert answer(say(scheduler, bus, 0x07, 0x91)) == 0xFF
    bus.low = True
    assert set(say(scheduler, bus, 0x07, 0x91)) == {0}
    bus.low = False
    gear.dead = True
    assert answer(say(scheduler, bus, 0x07, 0x91)) is None


def test_an_inverted_receiver(scheduler, gear):
    bus = DaliBus(scheduler, [gear], inverted=True)
    heard = say(scheduler, bus, 0x07, 0x91)
    assert answer([1 - level for level in heard]) == 0xFF


def test_a_bus_that_fails_makes_the_light_full(scheduler, gear):
    bus = DaliBus(scheduler, [gear])
    say(scheduler, bus, 0x06, 100)
    later(scheduler, 1_000_000)
    bus.low = True
    later(scheduler, 549_000)
    assert gear.level < 0.02
    later(scheduler, 2_000)
    assert gear.level == 1.0
    bus.low = False
    say(scheduler, bus, 0x06, 100)
    bus.low = True
    later(scheduler, 500_000)
    bus.low = False
    later(scheduler, 500_000)
    assert gear.level < 0.02


class Frames:
    """Frames to a gear without a wire, 40 ms apart."""

    def __init__(self, scheduler, gear):
        self.scheduler, self.gear = scheduler, gear

    def __call__(self, address, data, times=1):
        answer = None
        for _ in range(times):
            later(self.scheduler, 40_000)
            answer = self.gear.receive(address << 8 | data, self.scheduler.now_us)
        return answer


@pytest.fixture
def tell(scheduler, gear):
    return Frames(scheduler, gear)


def test_a_level_of_the_logarithmic_curve(tell, gear, luminaire):
    """Table of 9.3: 205 is 26.241 %."""
    tell(0x06, 205)
    assert gear.level == pytest.approx(0.26241, rel=1e-4)
    assert luminaire.levels[-1] == gear.level
    assert tell(0x07, 0xA0) == 205


def test_a_level_below_the_minimum_is_the_minimum_and_a_limit_error(tell, gear):
    tell(0x06, 1)
    assert tell(0x07, 0xA0) == 85
    assert tell(0x07, 0x90) & 0x08
    tell(0x06, 0)
    assert gear.level == 0.0
    assert tell(0x07, 0x90) & 0x0C == 0


def test_a_configuration_command_is_obeyed_only_when_it_comes_twice_in_time(scheduler, tell, gear):
    tell(0xA3, 4)
    tell(0x07, 0x2E)
    later(scheduler, 100_000)
    tell(0x07, 0x2E)
    assert gear.fade_time == 0
    tell(0x07, 0x91)
    tell(0x07, 0x2E)
    assert gear.fade_time == 0, "another frame came between"
    tell(0x07, 0x2E)
    assert (gear.fade_time, gear.writes) == (4, 1)
    tell(0x07, 0x2E)
    assert gear.writes == 1


def test_a_fade_is_linear_in_levels(scheduler, tell, gear, luminaire):
    tell(0x06, 100)
    tell(0xA3, 4)
    tell(0x07, 0x2E, times=2)
    luminaire.levels.clear()
    tell(0x06, 254)
    assert tell(0x07, 0x90) & 0x10
    later(scheduler, 960_000)  # and 40 ms before
    assert tell(0x07, 0xA0) == round(100 + 154 * 1.04 / 2)
    later(scheduler, 960_001)
    assert tell(0x07, 0x90) & 0x10 == 0
    assert (gear.level, luminaire.levels[-1]) == (1.0, 1.0)
    assert len(luminaire.levels) == 65
    assert luminaire.levels == sorted(luminaire.levels)


def test_a_fade_to_off_ends_at_the_minimum(scheduler, tell, gear):
    tell(0xA3, 2)
    tell(0x07, 0x2E, times=2)
    tell(0x06, 0)
    later(scheduler, 950_000)
    assert tell(0x07, 0xA0) == round(85 + 169 * 0.01)
    later(scheduler, 10_001)
    assert tell(0x07, 0xA0) == 0


def test_a_dapc_sequence_fades_in_a_fifth_of_a_second_and_ends_by_itself(scheduler, tell, gear):
    tell(0xA3, 15)
    tell(0x07, 0x2E, times=2)
    tell(0x07, 0x09)
    tell(0x06, 100)
    later(scheduler, 60_000)
    assert tell(0x07, 0xA0) == round(254 - 154 * 0.5)
    later(scheduler, 60_000)
    assert tell(0x07, 0xA0) == 100
    tell(0x06, 254)
    later(scheduler, 1_000_000)
    assert 100 < tell(0x07, 0xA0) < 110, "the fade time of 90.5 s counts again"


def test_without_orders_it_comes_up_bright(scheduler, tell, gear, luminaire):
    tell(0x06, 100)
    gear.supplied = False
    assert (gear.level, luminaire.levels[-1]) == (0.0, 0.0)
    assert tell(0x07, 0x91) is None
    gear.supplied = True
    later(scheduler, 500_000)
    assert gear.level == 0.0
    assert tell(0x07, 0x90) & 0x80
    later(scheduler, 100_000)
    assert gear.level == 1.0
    tell(0x06, 100)
    assert tell(0x07, 0x90) & 0x80 == 0
    assert gear.starts == 1


def test_an_order_within_the_start_counts_and_the_power_on_level_does_not(scheduler, tell, gear):
    gear.supplied = False
    later(scheduler, 1_000_000)
    gear.supplied = True
    later(scheduler, 300_000)
    tell(0x06, 100)
    later(scheduler, 1_000_000)
    assert tell(0x07, 0xA0) == 100
    assert gear.starts == 1


def test_an_order_given_while_a_gear_starts_is_lost(scheduler, tell, gear):
    gear.supplied = False
    later(scheduler, 1_000_000)
    gear.supplied = True
    tell(0x06, 100)
    later(scheduler, 1_000_000)
    assert tell(0x07, 0xA0) == 254


def test_a_burnt_out_lamp_is_told(scheduler, tell, luminaire):
    later(scheduler, 1_000_000)
    assert tell(0x07, 0x92) is None
    assert tell(0x07, 0x90) & 0x06 == 0x04
    luminaire.burnt_out = True
    assert tell(0x07, 0x92) == 0xFF
    assert tell(0x07, 0x90) & 0x06 == 0x02
    assert tell(0x07, 0xA0) == 255
    tell(0x06, 0)
    assert tell(0x07, 0x92) is None, "off it cannot tell"


def bank(tell, number, location, length):
    tell(0xC3, number)
    tell(0xA3, location)
    return [tell(0x07, 0xC5) for _ in range(length)]


def test_energy_runs_on_until_its_bank_is_latched(tell, luminaire):
    luminaire.energy_wh = 25.5
    assert bank(tell, 202, 0x04, 7) == [0xFF, 0, 0, 0, 0, 0, 255]
    luminaire.energy_wh = 25.6
    assert bank(tell, 202, 0x04, 7) == [0xFF, 0, 0, 0, 0, 1, 0]
    tell(0xA3, 0x02)
    tell(0x07, 0x81, times=2)
    tell(0xC9, 0xAA)
    luminaire.energy_wh = 99.9
    assert bank(tell, 202, 0x04, 7) == [0xFF, 0, 0, 0, 0, 1, 0]
    assert bank(tell, 202, 0x0B, 6) == [0xFE, 0, 0, 0x0F, 0xA0, None]  # 4000 x 0.01 W, and the bank's end


@pytest.mark.parametrize(
    "leave", [[], [(0x07, 0x81)], [(0x07, 0x81), (0x07, 0x81), (0x07, 0x91)], [(0x09, 0x81), (0x09, 0x81)]]
)
def test_nothing_is_written_without_leave(tell, luminaire, leave):
    """ENABLE WRITE MEMORY comes twice, and holds until another command (11.4)."""
    tell(0xC3, 202)
    tell(0xA3, 0x02)
    for frame in leave:
        tell(*frame)
    tell(0xC9, 0xAA)
    luminaire.energy_wh = 1.0
    assert bank(tell, 202, 0x04, 7)[-1] == 10


def test_a_bank_that_is_not_there(tell):
    assert bank(tell, 7, 0x04, 1) == [None]


def test_counters_and_temperature(scheduler, tell, gear):
    later(scheduler, 3_600_000_000)
    assert bank(tell, 206, 0x07, 3) == [0, 0, 1]
    assert int.from_bytes(bytes(bank(tell, 206, 0x0E, 4)), "big") == pytest.approx(3600, abs=1)
    tell(0x06, 0)
    tell(0x06, 254)
    assert bank(tell, 206, 0x07, 3) == [0, 0, 2]
    assert bank(tell, 205, 0x1B, 1) == [105]
    gear.blind = True
    assert bank(tell, 205, 0x1B, 1) == [0xFE]
    assert bank(tell, 202, 0x0C, 4) == [0xFF, 0xFF, 0xFF, 0xFE]


def test_a_gear_is_searched_for_by_its_number(tell, gear):
    assert tell(0xA9, 0) is None, "nobody has asked it to take part"
    tell(0xA5, 0x00, times=2)
    tell(0xA7, 0x00, times=2)
    number = gear.search.random_address
    for place, command in enumerate((0xB1, 0xB3, 0xB5)):
        tell(command, (number - 1) >> (16 - 8 * place) & 0xFF)
    assert tell(0xA9, 0) is None
    tell(0xB7, 0x0B)
    assert tell(0xBB, 0) is None
    for place, command in enumerate((0xB1, 0xB3, 0xB5)):
        tell(command, number >> (16 - 8 * place) & 0xFF)
    assert tell(0xA9, 0) == 0xFF
    tell(0xB7, 0x0B)
    assert tell(0xBB, 0) == 0x0B
    assert gear.search.short_address == 5
    tell(0xAB, 0)
    assert tell(0xA9, 0) is None
    tell(0xA1, 0)
    assert tell(0xB9, 0x0B) is None
