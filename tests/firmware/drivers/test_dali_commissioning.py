"""Addresses for gears: the search of IEC 62386-102, 9.14."""

from corolle.drivers.chip import ChipError
from corolle.drivers.dali_bus import Garbled
from corolle.drivers.dali_commissioning import commission


class _Crowd:
    """Gears that know how to be searched for (9.14): each has a list of the numbers it is going to draw."""

    def __init__(self, *draws, stubborn=False):
        self.frames = []
        self.gears = [{"draws": list(numbers), "number": -1, "short": None} for numbers in draws]
        self.search = [0xFF, 0xFF, 0xFF]
        self.stubborn = stubborn

    @property
    def sought(self):
        return self.search[0] << 16 | self.search[1] << 8 | self.search[2]

    def send(self, address, data, twice=False):
        self.frames.append((address, data))
        found = [gear for gear in self.gears if gear["number"] == self.sought]
        if address == 0xA5:
            assert twice and data == 0, "INITIALISE all, twice"
            for gear in self.gears:
                gear["searched"] = True
        elif address == 0xA7:
            assert twice and data == 0, "RANDOMISE, twice"
            for gear in self.gears:
                gear["number"] = gear["draws"].pop(0) if gear["draws"] else gear["number"]
        elif address in (0xB1, 0xB3, 0xB5):
            self.search[(0xB1, 0xB3, 0xB5).index(address)] = data
        elif address == 0xB7 and not self.stubborn:
            for gear in found:
                gear["short"] = data
        elif address == 0xAB:
            for gear in found:
                gear["searched"] = False

    def ask(self, address, data):
        if address == 0xA9:
            yes = [gear for gear in self.gears if gear.get("searched") and gear["number"] <= self.sought]
        else:
            assert address == 0xBB, "QUERY SHORT ADDRESS"
            yes = [gear for gear in self.gears if gear["number"] == self.sought]
        self.frames.append((address, data))
        if len(yes) > 1:
            raise Garbled("several")
        if not yes:
            return None
        return 0xFF if address == 0xA9 or yes[0]["short"] is None else yes[0]["short"]

    @property
    def addresses(self):
        return [gear["short"] for gear in self.gears]


async def test_one_gear_gets_the_first_address():
    for number in (0, 1, 0x123456, 0xFFFFFE, 0xFFFFFF):
        crowd = _Crowd([number])
        assert await commission(crowd) == 1
        assert crowd.addresses == [0x01]  # 0AAAAAA1
        assert crowd.frames[0] == crowd.frames[-1] == (0xA1, 0)


async def test_each_of_several_gets_its_own():
    crowd = _Crowd([0x800000], [0x000001], [0x7FFFFF], [0x800001])
    assert await commission(crowd) == 4
    assert crowd.addresses == [0x05, 0x01, 0x03, 0x07]


async def test_two_that_drew_one_number_draw_again():
    crowd = _Crowd([5, 9], [5, 7], [3, 8])
    assert await commission(crowd) == 3
    assert sorted(crowd.addresses) == [0x01, 0x03, 0x05]


async def test_addresses_of_before_are_in_nobodys_way():
    crowd = _Crowd([40], [30], [20])
    for gear in crowd.gears:
        gear["short"] = 0x01
    assert await commission(crowd) == 3
    assert crowd.addresses == [0x05, 0x03, 0x01]


async def test_an_empty_bus():
    crowd = _Crowd()
    assert await commission(crowd) == 0
    assert len(crowd.frames) < 10


async def test_a_gear_that_takes_no_address():
    crowd = _Crowd([77], stubborn=True)
    try:
        await commission(crowd)
    except ChipError as error:
        assert "short address 0" in str(error)
    else:
        raise AssertionError("taken")
    assert crowd.frames[-1] == (0xA1, 0), "the gears are released whatever happens"
