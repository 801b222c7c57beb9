"""The firmware's BLE on genuine MicroPython: adverts, the wave from post to post, a crew's session."""

import ast
import statistics

import pytest
from bumble.core import UUID
from corolle.wire import bthome_reader, gatt_words
from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.wave import Wave
from corolle_gateway.links.lorawan.keys import Key
from corolle_tools.firmware import modules
from crew import Crew

_APP_KEY = bytes(range(16))
_GROUP_KEY = bytes(range(16, 32))
_NOW_S = 1_900_000_000
_PARTS = ("/radio/ble/", "/wire/", "/corolle/__init__", "/radio/__init__")

# What node.py would put together: keys, counter, Near, a service that answers in capitals, tasks.
_POST = f"""
import asyncio, bluetooth, time, cryptolib
from corolle.wire.cmac import cmac, subkeys
from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.wave import Wave
from corolle.radio.ble.counter import Counter
from corolle.radio.ble.near import Near
from corolle.radio.ble.service import Service

class Key:
    def __init__(self, raw):
        self.raw = raw
        self.k1, self.k2 = subkeys(self.encrypt)
    def encrypt(self, blocks):
        return cryptolib.aes(self.raw, 1).encrypt(blocks)
    def cmac(self, data):
        chain = lambda blocks: cryptolib.aes(self.raw, 2, bytes(16)).encrypt(blocks)
        return cmac(chain, self.k1, self.k2, data)

class Store:
    def __init__(self): self.kept = {{}}
    def load(self, name): return self.kept.get(name)
    def save(self, name, payload): self.kept[name] = payload

class Passing:
    def __init__(self, origin, sequence, kind, posts, via=0):
        self.origin, self.sequence, self.kind, self.posts, self.via = origin, sequence, kind, posts, via

started = time.ticks_ms()
app_key, refused = Key({_APP_KEY!r}), {{}}
ble = bluetooth.BLE()
ble.active(True)
counter = Counter(Store(), lambda: 0)
readings = [(0x02, 21.5), (0x0B, 38.4), (0x4D, 1234.567), (0x05, 12.5), (0x21, 1)]
def on_passing(*words):
    print("heard", *words)
    if words[0] != OWN and words[3] < LIMIT:
        near.tell(Passing(words[0], words[1], words[2], words[3] + 1))
uptime = lambda: time.ticks_diff(time.ticks_ms(), started) // 1000
about = "lamp", "02aa", "0.1.0"
service = Service(ble, Key(derive(app_key, SERVICE)), Key, about, lambda m: m.upper(), uptime, refused)
wave = Wave(Key({_GROUP_KEY!r}))
bind_key = Key(derive(app_key, BIND))
parts = ble, counter, bind_key, lambda: readings, wave, OWN
near = Near(*parts, lambda: {_NOW_S}, on_passing, refused, service)
async def main():
    asyncio.create_task(near.run(lambda s: None))
    asyncio.create_task(service.run(lambda s: None))
    await asyncio.sleep(START_S)
    for number in range(PASSERS):
        near.tell(Passing(OWN, 0, 0, 1))
        print("saw")
        await asyncio.sleep(5)
    while True:
        await asyncio.sleep(10)
        print("refused", sorted(refused.items()))
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def program() -> dict[str, bytes]:
    return {path: data for path, data in modules().items() if any(part in path for part in _PARTS)}


def _post(own: int, passers: int = 0, limit: int = 0, start_s: int = 1) -> str:
    return f"OWN, PASSERS, LIMIT, START_S = {own}, {passers}, {limit}, {start_s}\n" + _POST


def test_adverts_are_read_with_the_bind_key(yard, program):
    here = yard()
    here.board("post", 0, _post(1), program)
    listen = (
        "import bluetooth, time\nble = bluetooth.BLE(); ble.active(True)\n"
        "ble.irq(lambda event, data: print(event, bytes(data[1]).hex() if event == 5 else '',"
        " bytes(data[4]).hex() if event == 5 else ''))\nble.gap_scan(0, 30000, 30000)\ntime.sleep(600)\n"
    )
    here.board("listener", 10, listen)
    here.run(45)
    key = Key(derive(Key(_APP_KEY), BIND))
    last, known, repeated = -1, {}, 0
    for line in here.said("listener"):
        _, address, advert = line.split()
        data = bytes.fromhex(advert)
        assert data[:3] == b"\x02\x01\x06" and data[4:7] == b"\x16\xd2\xfc"
        try:
            last, packet = bthome_reader.read(data[7:], key, bytes.fromhex(address), last)
        except bthome_reader.FrameError as error:
            assert error.cause == "repeated"
            repeated += 1
            continue
        known.update(packet)
    assert last >= 3 and repeated > 10
    assert known == {0: last, 0x02: 21.5, 0x0B: 38.4, 0x4D: 1234.567, 0x05: 12.5, 0x21: 1}


def test_a_sighting_goes_from_post_to_post_in_time(yard, program):
    here = yard(loss=0.2)
    # The first hears the second only, if at all, and the third the second.
    for number in range(3):
        here.board(
            f"post{number}", 150.0 * number, _post(10 + number, 6 if number == 0 else 0, 3, 2), program
        )
    here.run(40)
    moments: dict[str, list[int]] = {"post0": [], "post1": [], "post2": []}
    for moment_us, who, line in here.log:
        if line.startswith(("saw", "heard 10")) and (who == "post0") == (line == "saw"):
            moments[who].append(moment_us)
    assert [len(each) for each in moments.values()] == [6, 6, 6]
    sightings = {line.split()[2] for line in here.said("post2") if line.startswith("heard")}
    assert len(sightings) == 6, "each sighting has a number of its own"
    hops_ms = [
        (then - now) / 1000
        for before, after in (("post0", "post1"), ("post1", "post2"))
        for now, then in zip(moments[before], moments[after], strict=True)
    ]
    assert statistics.median(hops_ms) < 300 and max(hops_ms) < 500


def test_a_stranger_is_counted_and_not_heard(yard, program):
    here = yard()
    here.board("post", 0, _post(1), program)
    forged = Wave(Key(bytes(16))).build(9, 1, 0, 1, 9, _NOW_S)
    send = (
        "import bluetooth, time\nble = bluetooth.BLE(); ble.active(True)\n"
        f"ble.gap_advertise(100000, {forged!r}, connectable=False)\ntime.sleep(600)\n"
    )
    here.board("stranger", 5, send)
    said = here.run(25)
    assert not [line for line in said if line.startswith("heard")]
    assert [line for line in said if "('mic'," in line]


@pytest.mark.parametrize("mtu", [None, 247, 517])
def test_a_crew_asks_and_is_answered(yard, program, mtu):
    here = yard()
    here.board("post", 0, _post(1), program)
    here.run(2)
    crew = Crew(here, mtu, derive(Key(_APP_KEY), SERVICE))
    assert crew.mtu == (min(mtu, 247) if mtu else 23)
    assert here.do(crew.greet())
    for length in (1, 13, 14, 300):
        assert here.do(crew.ask(b"a" * length)) == b"A" * length
    assert not crew.refused


def test_a_wrong_key_is_shut_out_and_identity_is_not(yard, program):
    here = yard()
    here.board("post", 0, _post(1), program)
    here.run(2)
    crew = Crew(here, None, bytes(16))
    assert not here.do(crew.greet())
    assert crew.refused == {"wrong key": 1}
    numbers = (gatt_words.MODEL, gatt_words.SERIAL, gatt_words.FIRMWARE)
    about = [crew.peer.get_characteristics_by_uuid(UUID.from_16_bits(number))[0] for number in numbers]
    assert [bytes(here.do(each.read_value())) for each in about] == [b"lamp", b"02aa", b"0.1.0"]


def test_a_phone_that_leaves_in_the_middle_makes_room(yard, program):
    here = yard()
    here.board("post", 0, _post(1), program)
    here.run(2)
    key = derive(Key(_APP_KEY), SERVICE)
    crew = Crew(here, None, key)
    assert here.do(crew.greet())
    here.do(crew.inbox.write_value(next(crew.session.send(bytes(100), 23)), with_response=True))
    here.do(crew.connection.disconnect())
    here.run(1)
    next_one = Crew(here, 247, key)
    assert here.do(next_one.greet())
    assert here.do(next_one.ask(b"still there")) == b"STILL THERE"


def test_who_has_no_key_is_put_out_after_a_minute(yard, program):
    here = yard()
    here.board("post", 0, _post(1), program)
    here.run(2)
    crew = Crew(here, None, bytes(16))
    gone: list[int] = []
    crew.connection.on("disconnection", gone.append)
    for _ in range(6):
        assert not gone
        here.run(9)
        here.do(crew.inbox.write_value(b"\x01" + bytes(8), with_response=True))
    here.run(9)
    assert gone


def test_a_thousand_forged_and_replayed_frames_are_counted_and_do_nothing(yard, program):
    here = yard()
    here.board("post", 0, _post(1), program)
    here.run(2)
    crew = Crew(here, 247, derive(Key(_APP_KEY), SERVICE))
    assert here.do(crew.greet())
    frames = list(crew.session.send(b"order", 247))

    async def flood():
        for number in range(1000):
            sort = number % 4
            forged = frames[0] if sort == 0 else bytes((number % 256, *range(number % 40)))
            await crew.inbox.write_value(forged, with_response=True)

    here.do(flood(), 200)
    here.run(10)
    refused = dict(ast.literal_eval(here.said("post")[-1].removeprefix("refused ")))
    # The first copy of the order was no forgery: it is answered, once.
    assert crew.frames.qsize() == 1
    assert sum(refused.values()) == 999
    assert sorted(refused) == ["length", "mic", "replayed", "unknown frame"]
