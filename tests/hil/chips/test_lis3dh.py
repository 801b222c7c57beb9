"""The simulated LIS3DH against its datasheet (DocID17530) and application note AN3308."""

import pytest
from corolle_hil.chips.lis3dh import Lis3dh
from corolle_hil.ports import Line, Nak


class Post:
    """What a post feels, the chip's wire, and a host that speaks I2C with it."""

    def __init__(self, scheduler):
        self.gravity = (0.0, 0.0, 1.0)
        self.scheduler = scheduler
        self.line = Line(4)
        self.edges: list[int] = []
        self.line.on_edge = lambda line, before, after: self.edges.append(after)
        self.chip = Lis3dh(scheduler, 0x18, self.line, lambda: self.gravity)

    def wait(self, us):
        self.scheduler.run(self.scheduler.now_us + us)

    def send(self, text):
        self.chip.write(bytes.fromhex(text))

    def ask(self, text, n=1):
        self.send(text)
        return self.chip.read(n)

    def sample(self):
        """10 Hz in low power, filter before interrupt 1, +-2 g, latched."""
        self.send("a0 2f 01 40 80 08")


@pytest.fixture
def post(scheduler):
    return Post(scheduler)


def test_after_power_up(post):
    """Register map: WHO_AM_I 33h, CTRL_REG1 07h (power-down, axes on), the other settings 0."""
    assert post.ask("0f") == b"\x33"
    assert post.ask("a0", 7).hex() == "07000000000000"
    assert post.ask("a7", 7) == bytes(7)
    assert post.ask("b0", 4) == bytes(4)
    with pytest.raises(Nak):
        post.send("4f")


def test_it_goes_on_to_the_next_register_only_with_the_top_bit(post):
    post.send("a0 2f 01")
    assert post.ask("a0", 2).hex() == "2f01"
    assert post.ask("20", 2).hex() == "2f2f"
    post.send("0f 00")
    assert post.ask("0f") == b"\x33"


@pytest.mark.parametrize(
    ("ctrl1", "ctrl4", "data"),
    [
        ("2f", "80", "00c1 0010 003e"),  # low power: 16 mg a digit in the upper 8 bits
        ("2f", "90", "00e0 0008 001f"),  # +-4 g: 32 mg
        ("27", "80", "80c1 0010 803e"),  # normal: 4 mg in 10 bits
        ("27", "88", "80c1 0010 803e"),  # high resolution: 1 mg in 12 bits
    ],
)
def test_output(post, ctrl1, ctrl4, data):
    """Table 4: what -1 g, 0.256 g and 1 g are in each mode."""
    post.gravity = (-1.0, 0.256, 1.0)
    post.send(f"20 {ctrl1}")
    post.send(f"23 {ctrl4}")
    post.wait(150_000)
    got, expected = post.ask("a8", 6), bytes.fromhex(data)
    for place in (0, 2, 4):
        words = (int.from_bytes(each[place : place + 2], "little", signed=True) for each in (got, expected))
        assert next(words) == pytest.approx(next(words), abs=256 if ctrl1 == "2f" else 64)


def test_it_samples_at_its_rate(post):
    post.sample()
    post.wait(99_000)
    assert post.ask("27") == b"\x00"
    post.wait(1_000)
    assert post.ask("27") == b"\x0f"
    post.ask("a8", 6)
    assert post.ask("27") == b"\x00"


def test_gravity_itself_is_an_impact_until_the_filter_is_reset(post):
    """AN3308: the high-pass filter starts at 0, so 1 g passes it at first; reading REFERENCE resets it."""
    post.sample()
    post.send("b2 32 00")
    post.send("30 2a")
    post.wait(100_000)
    assert post.line.level == 1
    assert post.ask("31") == b"\x60"  # IA and ZH
    post.ask("26")
    post.wait(200_000)
    assert post.line.level == 0


@pytest.fixture
def armed(post):
    """A post that waits for an impact."""
    post.sample()
    post.wait(100_000)
    post.ask("26")
    post.send("b2 32 00")
    post.send("30 2a")
    post.wait(3_600_000_000)
    return post


def test_it_latches_an_impact_until_its_source_is_read(armed):
    armed.chip.knock(1.5)
    armed.wait(5_000_000)
    assert (armed.line.level, armed.edges) == (1, [1])
    assert armed.ask("31") == b"\x42"  # IA and XH
    assert (armed.line.level, armed.edges) == (0, [1, 0])
    assert armed.ask("31") == b"\x00"
    armed.chip.knock(-1.5)  # magnitude counts
    armed.wait(5_000_000)
    assert armed.edges == [1, 0, 1]


def test_it_feels_no_gentle_touch_and_no_small_lean(armed):
    armed.chip.knock(0.7)
    armed.wait(5_000_000)
    armed.chip.tilt((0.6, 0.0, 0.8))
    armed.wait(5_000_000)
    assert armed.edges == []
    assert armed.ask("a8", 6)[1] == 0x26  # 0.6 g
    armed.chip.tilt((-0.6, 0.0, 0.8))
    armed.wait(5_000_000)
    assert armed.edges == [1]


def test_duration_wants_so_many_samples(armed):
    """INT1_DURATION in steps of 1/ODR: 200 ms of a knock are two samples."""
    armed.wait(50_000)  # between two samples
    armed.send("33 02")
    armed.chip.knock(1.5)
    armed.wait(5_000_000)
    assert armed.edges == []
    armed.send("33 01")
    armed.chip.knock(1.5)
    armed.wait(5_000_000)
    assert armed.edges == [1]


def test_it_costs_no_events_at_rest(armed):
    armed.chip.knock(1.5)
    armed.wait(60_000_000)
    armed.scheduler.run()  # returns only because nothing is scheduled any more
    assert armed.scheduler.now_us < 3_700_000_000
