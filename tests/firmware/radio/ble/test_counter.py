"""Numbers that never come twice, whatever becomes of the power."""

from corolle.radio.ble.counter import Counter


class _Flash:
    def __init__(self):
        self.kept = {}
        self.writes = 0
        self.broken = False

    def load(self, name):
        return self.kept.get(name)

    def save(self, name, payload):
        if self.broken:
            raise OSError(5)
        self.kept[name] = payload
        self.writes += 1


def _zero():
    return 0


def test_numbers_rise_and_flash_is_spared():
    flash = _Flash()
    counter = Counter(flash, _zero)
    assert [counter.take() for _ in range(3000)] == list(range(3000))
    assert flash.writes == 3


def test_none_comes_twice_over_power_cuts():
    flash, last = _Flash(), -1
    for taken in (1, 5, 1024, 1025, 3):
        counter = Counter(flash, _zero)
        for _ in range(taken):
            number = counter.take()
            assert number > last
            last = number
    assert last < 5 * 1024 + 1058


def test_without_flash_there_is_no_number():
    flash = _Flash()
    flash.broken = True
    counter = Counter(flash, _zero)
    for _ in range(2):
        try:
            counter.take()
        except OSError:
            continue
        raise AssertionError("a number that a reset would give again")
    flash.broken = False
    assert counter.take() == 0


def test_numbers_beyond_the_small_integers():
    flash = _Flash()
    flash.save("ble", b"\xf0\xff\xff\x7f")
    assert Counter(flash, _zero).take() == 0x7FFFFFF0


def test_a_count_that_was_lost_begins_above_what_was_used():
    flash = _Flash()
    for _ in range(3):
        Counter(flash, _zero).take()
    flash.kept.clear()
    counter = Counter(flash, lambda: 5000)
    assert [counter.take(), counter.take()] == [5000, 5001]
    assert Counter(flash, _zero).take() == 5000 + 1024
