"""What Near asks of the radio: one that notes the calls, and events as MicroPython documents them."""

import asyncio

from corolle.radio.ble.near import Near
from corolle.radio.key import Key
from corolle.wire.bthome_reader import read
from corolle.wire.wave import Wave

_OWN = 0x80000001
_NOW_S = 1_900_000_000
_STREET = b"the street's key"


class _Ble:
    """Notes what is asked for; it has no air."""

    def __init__(self):
        self.adverts = []
        self.scans = []

    def irq(self, handler):
        self.handler = handler

    def config(self, name):
        return 0, b"\x02\x00\x00\x00\x00\x01"

    def gap_advertise(self, interval_us, data):
        self.adverts.append((interval_us, data))

    def gap_scan(self, *how):
        self.scans.append(how)

    def hears(self, data):
        self.handler(5, (0, memoryview(bytes(6)), 0, -70, memoryview(data)))


class _Counter:
    def __init__(self):
        self.next = 0

    def take(self):
        if self.next < 0:
            raise OSError(5)
        self.next += 1
        return self.next - 1


class _Passing:
    def __init__(self, origin, sequence=0, kind=0, posts=1):
        self.origin, self.sequence, self.kind, self.posts = origin, sequence, kind, posts


class _Post:
    def __init__(self, readings=((1, 50),)):
        self.ble, self.counter, self.heard, self.refused = _Ble(), _Counter(), [], {}
        wave = Wave(Key(_STREET))
        parts = self.ble, self.counter, Key(bytes(16)), lambda: list(readings), wave, _OWN
        self.near = Near(*parts, lambda: _NOW_S, self._passing, self.refused)

    def _passing(self, *words):
        self.heard.append(words)

    async def run(self, ms):
        task = asyncio.create_task(self.near.run(lambda s: None))
        await asyncio.sleep_ms(ms)
        task.cancel()


def _advert(sequence, key=_STREET):
    return Wave(Key(key)).build(7, sequence, 1, 2, 8, _NOW_S)


async def test_turns_of_ten_seconds_and_a_scan_for_ever():
    post = _Post()
    await post.run(25_000)
    assert [interval_us for interval_us, _ in post.ble.adverts] == [1_000_000] * 3
    assert len({data for _, data in post.ble.adverts}) == 3
    assert post.ble.scans == [(None,), (0, 60_000, 50_000)]


async def test_news_interrupts_at_once_and_readings_come_back():
    post = _Post()
    task = asyncio.create_task(post.near.run(lambda s: None))
    await asyncio.sleep_ms(3000)
    post.near.tell(_Passing(_OWN))
    post.near.tell(_Passing(7, 99))
    await asyncio.sleep_ms(1)
    assert post.ble.adverts[1][0] == 20_000 and len(post.ble.adverts) == 2
    await asyncio.sleep_ms(400)
    task.cancel()
    assert [interval_us for interval_us, _ in post.ble.adverts] == [1_000_000, 20_000, 20_000, 1_000_000]
    sent = [Wave(Key(_STREET)).read(data, _NOW_S) for _, data in post.ble.adverts[1:3]]
    assert sent == [(_OWN, 1, 0, 1, _OWN), (7, 99, 0, 1, _OWN)]


async def test_passers_by_starve_no_turn():
    post = _Post(readings=((0x4D, 1.5), (0x4F, 2.5), (0x55, 3.5)))
    task = asyncio.create_task(post.near.run(lambda s: None))
    for _ in range(8):
        post.near.tell(_Passing(_OWN))
        await asyncio.sleep_ms(10_000)
    task.cancel()
    told = {}
    for interval_us, data in post.ble.adverts:
        if interval_us == 1_000_000:
            for object_id, value in read(data[7:], Key(bytes(16)), b"\x02\x00\x00\x00\x00\x01")[1]:
                told[object_id] = value
    assert (told[0x4D], told[0x4F], told[0x55]) == (1.5, 2.5, 3.5)


async def test_neighbours_are_heard_and_others_counted():
    post = _Post()
    forged, cut = _advert(6, bytes(16)), _advert(6)[:29]
    for data in (_advert(5), _advert(5), _advert(4), forged, cut, b"\x02\x01\x06", bytes(30), b""):
        post.ble.hears(data)
    await post.run(10)
    assert post.heard == [(7, 5, 1, 2, 8, -70)]
    assert post.refused == {"repeated": 1, "replayed": 1, "mic": 1, "length": 1}


async def test_a_flood_fills_nothing():
    post = _Post()
    for sequence in range(1000):
        post.ble.hears(_advert(sequence))
        post.near.tell(_Passing(7, sequence))
    assert len(post.near._heard) == len(post.near._waves) == 8
    await post.run(2000)
    assert len(post.heard) == 8 and post.refused["crowded"] == 2 * 992


async def test_what_cannot_be_sent_stops_nothing():
    post = _Post(readings=((1, 999),))
    await post.run(15_000)
    assert post.ble.adverts == [(None, None), (None, None)] and post.refused == {"not sent": 2}
    post.counter.next = -1
    post.near.tell(_Passing(_OWN))
    assert post.refused == {"not sent": 3}
    post.near.tell(_Passing(7, 99))
    await post.run(1)
    assert post.ble.adverts[-1][0] == 20_000


async def test_a_connection_ends_adverting_and_near_begins_anew():
    post = _Post()
    task = asyncio.create_task(post.near.run(lambda s: None))
    await asyncio.sleep_ms(100)
    post.ble.handler(1, (1, 0, memoryview(bytes(6))))
    await asyncio.sleep_ms(1)
    task.cancel()
    assert [interval_us for interval_us, _ in post.ble.adverts] == [1_000_000] * 2
