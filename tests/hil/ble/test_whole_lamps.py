"""Whole lamps, both radios, under their heap limit: what a crew is answered, and what strangers achieve."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from corolle.wire import bthome_reader
from corolle.wire.codec import encode, unpack
from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.gatt_words import OUTCOMES, REQUESTS, request
from corolle.wire.lamp_report import LAMP_REPORT
from corolle.wire.orders import ACK, COMMAND
from corolle.wire.wave import Wave
from corolle.wire.words import REASONS, VERBS, VERDICTS, code_of, word_of
from corolle_gateway.links.lorawan.keys import Key
from corolle_hil.ble.antenna import Antenna
from crew import Crew
from lamp_row import GROUP_KEY, LampRow

_SETTLED_S = 60  # after the boot a lamp measures its luminaire


@pytest.fixture
def row(tmp_path: Path) -> Iterator[Callable[..., LampRow]]:
    """Make a row of lamps."""
    made: list[LampRow] = []

    def make(lamps: int, **how) -> LampRow:
        made.append(LampRow(tmp_path / str(len(made)), lamps, **how))
        return made[-1]

    yield make
    for each in made:
        each.street.close()


class _Talk:
    """A crew before lamp 1, and what it is answered."""

    def __init__(self, row: LampRow):
        self._row = row
        key = derive(Key(row.app_key(1)), SERVICE)
        self._crew = Crew(row, 247, key, row.address(1))
        self._number = 0
        assert row.do(self._crew.greet())

    def ask(self, word: str, body: bytes = b"") -> tuple[str, bytes]:
        self._number += 1
        code = code_of(REQUESTS, word) if word in REQUESTS.split("|") else int(word)
        told = self._row.do(self._crew.ask(request(code, self._number, body)))
        assert told[:2] == bytes((code, self._number))
        return word_of(OUTCOMES, told[2]), told[3:]

    def order(self, verb: str, value: int, until_s: int, number: int = 1) -> dict:
        fields = {
            "id": number,
            "verb": code_of(VERBS, verb),
            "value": value,
            "until_s": until_s,
            "author": "crew",
        }
        outcome, body = self.ask("command", encode(COMMAND, fields))
        assert outcome == "done"
        return unpack(ACK, body)

    def text(self, word: str, name: bytes = b"") -> str:
        text, start, length, first = b"", 0, 0, True
        while first or start:
            outcome, body = self.ask(word, name + start.to_bytes(2, "little"))
            assert outcome == "done"
            length, text = int.from_bytes(body[2:4], "little"), text + body[4:]
            start, first = int.from_bytes(body[:2], "little"), False
        assert len(text) == length
        return text.decode()


def test_a_crew_is_answered_whatever_it_asks_for(row):
    here = row(1)
    here.run(_SETTLED_S)
    talk = _Talk(here)
    now_s = here.scheduler.unix_us // 1_000_000

    ack = talk.order("level", 40, now_s + 600)
    assert (word_of(VERDICTS, ack["verdict"]), word_of(REASONS, ack["reason"])) == ("accepted", "override")
    here.run(6)
    assert here.levels() == [40]
    assert word_of(VERDICTS, talk.order("level", 101, now_s + 600, 2)["verdict"]) == "out of range"
    assert word_of(VERDICTS, talk.order("level", 90, now_s - 1, 3)["verdict"]) == "expired"
    assert talk.ask("command", b"short")[0] == "malformed"
    here.run(6)
    assert here.levels() == [40]

    settings = dict(line.split("=") for line in talk.text("settings").split("\n"))
    assert settings["base_pct"] == "10" and len(settings) > 20
    assert talk.text("settings", b"hold_s") == "hold_s=60"
    assert talk.ask("settings", b"holds\0\0") == ("refused", b"holds is not a setting")
    assert talk.ask("set", b"hold_s=30\nbase_pct=20") == ("done", b"hold_s=30\nbase_pct=20")
    outcome, why = talk.ask("set", b"hold_s=4")
    assert outcome == "refused" and b"from 5 to 900 s" in why
    assert talk.ask("set", b"hold_s=soon")[0] == "refused"
    assert talk.text("settings", b"hold_s") == "hold_s=30"

    outcome, readings = talk.ask("readings")
    report = unpack(LAMP_REPORT, readings[1:])
    assert (outcome, readings[0], report["level_pct"]) == ("done", LAMP_REPORT.port, 40)
    assert "event=settings" in talk.text("log")
    assert talk.text("crash") == "" and talk.ask("crash")[0] == "malformed"
    assert abs(int.from_bytes(talk.ask("time")[1], "little") - here.scheduler.unix_us / 1e6) < 2
    assert talk.ask("time", (5).to_bytes(4, "little")) == ("refused", b"a clock shows 2026 to 2099")
    assert talk.ask("time", b"\0")[0] == "malformed"
    outcome, found = talk.ask("self-test")
    assert outcome == "done" and b"refused.malformed=3" in found
    assert re.search(rb"^output=40 override until [0-2]\d:[0-5]\d by crew$", found, re.MULTILINE), found
    assert talk.ask("99")[0] == "unknown request"

    assert talk.ask("restart") == ("done", b"")
    here.run(30)
    assert sum(here.units[0].board.resets.values()) == 2
    assert here.levels() == [40], "an order outlives the restart"
    assert not here.said(event="restart", task="near") and not here.said(event="restart", task="service")


def test_an_order_that_is_replayed_is_answered_and_not_carried_out_again(row):
    here = row(1)
    here.run(_SETTLED_S)
    talk = _Talk(here)
    now_s = here.scheduler.unix_us // 1_000_000
    talk.order("level", 40, now_s + 600, 1)
    talk.order("level", 70, now_s + 600, 2)
    again = talk.order("level", 40, now_s + 600, 1)
    assert (word_of(VERDICTS, again["verdict"]), again["value"]) == ("accepted", 70)
    here.run(6)
    assert here.levels() == [70]


def test_a_crew_orders_a_test_of_its_parts_once_and_reads_the_verdict(row):
    here = row(1)
    here.run(_SETTLED_S)
    until_s = here.scheduler.unix_us // 1_000_000 + 600
    for _ in range(2):  # the gateway gives an order again whose answer it has not heard
        assert word_of(VERDICTS, _Talk(here).order("self-test", 0, until_s)["verdict"]) == "accepted"
        here.run(120)
    assert len(here.said(event="self_test", state="begins")) == 1
    (ends,) = here.said(event="self_test", state="ends")
    verdict = dict(line.split("=", 1) for line in _Talk(here).text("verdict").split("\n"))
    assert verdict["self-test"].startswith("good") and verdict["dimmer"].startswith("good"), verdict
    assert ends["bad"] == 0 and here.levels() == [10]


def test_its_readings_are_adverted_under_its_own_key(row):
    here = row(1)
    here.run(_SETTLED_S)
    adverts: list[bytes] = []
    here.street.around.ble.air.watch = lambda sender, receiver, what: adverts.append(what.data)
    here.run(60)
    mac = bytes(here.address(1))[::-1]
    key, known, last = Key(derive(Key(here.app_key(1)), BIND)), {}, -1
    for advert in adverts:
        last, packet = bthome_reader.read(advert[7:], key, mac, last)
        known.update(packet)
    assert known[0xF0] == 1 and known[0x26] == 0 and known[0x21] == 0
    assert known[0x5C] == pytest.approx(5.5, abs=2) and 10 < known[0x02] < 40


@pytest.mark.parametrize(("speed_m_s", "posts"), [(1.4, 2), (5.0, 3), (11.0, 5)])
def test_light_runs_as_far_ahead_as_the_walker_is_fast(row, speed_m_s, posts):
    here = row(8, placed=True, left_off=("radio",))
    here.run(_SETTLED_S)
    here.units[0].furniture.lookout.enter(speed_m_s)
    here.run(4)
    assert [level > 12 for level in here.levels()] == [place <= posts for place in range(8)], here.levels()


def test_posts_learn_from_walkers_where_they_stand(row):
    here = row(6, left_off=("radio",))
    here.run(_SETTLED_S)
    for number in range(6):
        here.walk(7.0, number % 2 == 0)
    assert here.levels() == [10] * 6
    here.units[0].furniture.lookout.enter(1.4)
    here.run(4)
    assert here.levels() == [100, 100, 55, 10, 10, 10]


def test_a_post_that_nobody_passes_goes_dark_again_and_no_wave_goes_round(row):
    here = row(5, placed=True, left_off=("radio",))
    here.run(_SETTLED_S)
    sent: list[bytes] = []
    here.units[2].furniture.lookout.enter(1.4)
    here.street.around.ble.air.watch = lambda sender, receiver, what: receiver or sent.append(what.data)
    here.run(5)
    here.units[2].furniture.lookout.leave()
    # Told once by the post that saw, and passed on once by the next on both sides.
    assert len([data for data in sent if data[:4] == b"\x1d\xff\xff\xff"]) == 3
    here.run(80)
    assert here.levels() == [10] * 5


def test_a_thousand_adverts_of_strangers_light_and_darken_nobody_and_are_counted(row):
    here = row(2, left_off=("radio",))
    here.run(_SETTLED_S)
    before = here.levels()
    stranger, own = Wave(Key(bytes(16))), Wave(Key(bytes.fromhex(GROUP_KEY)))
    now_s = here.scheduler.unix_us // 1_000_000
    genuine = own.build(77, 5, 2, 1, 77, now_s - 3600)  # an hour old
    waves: list[bytes] = []
    radio = here.phone(10).controller.advertiser
    here.street.around.ble.air.watch = lambda _, to, what: _is_wave(to, what.data) and waves.append(what.data)
    number = 0
    while len(waves) < 1000:
        number += 1
        forged = stranger.build(number, number, number % 3, 1, number, now_s)
        changed = bytearray(genuine)
        changed[4 + number % 26] ^= 1 << number % 8
        radio.advertising_data = (forged, genuine, bytes(changed), genuine[: 4 + number % 26])[number % 4]
        radio.stop()
        radio.advertising_interval_min = 0x20
        radio.start()
        here.run(0.03)
    radio.stop()
    here.run(1)
    assert here.levels() == before == [10, 10]
    counted = _counted(here)
    assert sum(counted.values()) == len(waves) and {"mic", "stale", "length"} <= counted.keys(), counted


def _is_wave(to: Antenna | None, data: bytes) -> bool:
    """Whether it has come to lamp 1, and looks like a wave."""
    return to is not None and to.name == "lamp-01" and data[:4] == b"\x1d\xff\xff\xff"


def _counted(row: LampRow) -> dict[str, int]:
    """What lamp 1 has refused, by cause."""
    found = _Talk(row).ask("self-test")[1].decode()
    lines = [line.split("=") for line in found.split("\n") if line.startswith("refused.")]
    return {cause.removeprefix("refused."): int(count) for cause, count in lines}


def test_a_thousand_forged_replayed_and_cut_frames_of_the_service_change_no_light_and_are_counted(row):
    here = row(1)
    here.run(_SETTLED_S)
    crew = Crew(here, 247, derive(Key(here.app_key(1)), SERVICE), here.address(1))
    assert here.do(crew.greet())
    until_s = here.scheduler.unix_us // 1_000_000 + 3600
    orders = [_level(40, 1, until_s), _level(90, 2, until_s)]
    frames = [frame for order in orders for frame in crew.session.send(request(1, 1, order), 247)]
    assert len(frames) == 2

    async def flood() -> None:
        await crew.inbox.write_value(frames[0], with_response=True)
        for number in range(1000):
            changed = bytearray(frames[1])
            changed[number % len(changed)] ^= 1 << number % 8
            cut = frames[1][: 1 + number % (len(frames[1]) - 1)]
            frame = (frames[0], bytes(changed), cut, b"\x09\x01\x00" + bytes(number % 40))[number % 4]
            await crew.inbox.write_value(frame, with_response=True)

    here.do(flood(), 300)
    here.run(10)
    assert here.levels() == [40]
    here.do(crew.connection.disconnect())
    counted = _counted(here)
    assert sum(counted.values()) == 1000, counted
    assert {"mic", "length", "replayed", "no session"} <= counted.keys()


def _level(value: int, number: int, until_s: int) -> bytes:
    """An order of a level."""
    fields = {
        "id": number,
        "verb": code_of(VERBS, "level"),
        "value": value,
        "until_s": until_s,
        "author": "crew",
    }
    return encode(COMMAND, fields)


@pytest.mark.parametrize("content", [b"{}", b'{"app_key": "short"}', b"garbage"])
def test_without_keys_the_lamp_works_on(row, content):
    here = row(1, files={"/keys.json": content})
    here.run(_SETTLED_S)
    assert here.levels() == [10]
    assert here.said(event="near", level="error")
    assert here.said(event="fault", name="bluetoothLost", state="raised")
    assert here.units[0].board.resets == {1: 1}


def test_without_bluetooth_the_lamp_works_on(row):
    here = row(1, left_off=("ble",))
    here.run(_SETTLED_S)
    assert here.levels() == [10]
    assert not here.said(event="near") and not here.said(event="ble")
