"""Parts of the network server that have published figures, or edges no street reaches in a minute."""

import asyncio
import sys
from typing import Any

import pytest
from corolle.wire import lorawan
from corolle.wire.schema import CANOPY_REPORT, LAMP_REPORT
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.hub.counters import unwrap
from corolle_gateway.hub.metering import meters
from corolle_gateway.links.lorawan.agreeing import Agreeing
from corolle_gateway.links.lorawan.concentrators import Concentrators
from corolle_gateway.links.lorawan.confirmations import Confirmations
from corolle_gateway.links.lorawan.dedup import Deduplicator, Heard
from corolle_gateway.links.lorawan.duty import DutyLedger, band
from corolle_gateway.links.lorawan.gwmp import Reception
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.links.lorawan.refused import Refused
from corolle_gateway.links.lorawan.sessions import RESERVED_AHEAD, Session, Sessions
from corolle_gateway.links.lorawan.terms import Terms
from corolle_gateway.log import Log
from corolle_gateway.model import Airtime, Downlink, SessionRecord, Unit
from corolle_gateway.pending import ended
from hypothesis import given
from hypothesis import strategies as st

_RFC_4493_KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
_MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
_UNIT = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.4, "C")


@pytest.mark.parametrize(
    ("length", "mac"),
    [
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ],
)
def test_cmac_of_rfc_4493(length: int, mac: str):
    key = Key(_RFC_4493_KEY)
    for _ in range(2):  # the context is used again
        assert key.cmac(_MESSAGE[:length]).hex() == mac


def test_aes_of_fips_197():
    key = Key(bytes(range(16)))
    clear = bytes.fromhex("00112233445566778899aabbccddeeff")
    sealed = bytes.fromhex("69c4e0d86a7b0430d8cdb78070b4c55a")
    assert key.encrypt(clear) == sealed and key.encrypt(clear * 2) == sealed * 2
    assert key.decrypt(sealed) == clear
    assert "00010203" not in repr(key)


@pytest.mark.parametrize(
    ("frame", "dev_addr", "nwk_skey", "app_skey", "f_cnt", "payload"),
    [
        # The tests of github.com/brocaar/lorawan.
        ("400403020180010001a694642615d6c3b582", 0x01020304, "02" * 16, "01" * 16, 1, b"hello"),
        # The worked example in the README of github.com/anthonykirby/lora-packet.
        (
            "40f17dbe4900020001954378762b11ff0d",
            0x49BE7DF1,
            "44024241ed4ce9a68c6a8bc055233fd3",
            "ec925802ae430ca77fd3dd73cb2cc588",
            2,
            b"test",
        ),
    ],
)
def test_frames_that_others_made_are_recognised(
    frame: str, dev_addr: int, nwk_skey: str, app_skey: str, f_cnt: int, payload: bytes
):
    raw = bytes.fromhex(frame)
    data = lorawan.parse_data(raw)
    sessions = Sessions()
    sessions.add(_session(1, dev_addr, nwk_skey))
    assert sessions.match(raw, data)[1] == f_cnt
    assert lorawan.crypt_payload(_key(app_skey), True, dev_addr, f_cnt, data.payload) == payload
    with pytest.raises(Refused, match="bad_mic"):
        sessions.match(raw[:-1] + bytes((raw[-1] ^ 1,)), data)


def _key(raw: str) -> Key:
    return Key(bytes.fromhex(raw))


def _session(number: int, dev_addr: int, key: str, f_cnt_down: int = 0) -> Session:
    raw = bytes.fromhex(key)
    record = SessionRecord("lamp-1", dev_addr, raw, raw, join_nonce=number, id=number, f_cnt_down=f_cnt_down)
    return Session(_UNIT, record)


def test_two_units_may_have_one_dev_addr():
    sessions = Sessions()
    other = Unit("lamp-2", "lamp", "quai", "03" * 8, "00" * 8, 43.6, 1.4, "C")
    first = _session(1, 5, "01" * 16)
    second = Session(other, SessionRecord("lamp-2", 5, b"2" * 16, b"2" * 16, join_nonce=1, id=2))
    sessions.add(first)
    sessions.add(second)
    frame = lorawan.build_data(
        lorawan.UNCONFIRMED_UP, 5, 0, 70_000, b"", None, b"", second.nwk_key, second.app_key
    )
    second.f_cnt_up = 60_000
    assert sessions.match(frame, lorawan.parse_data(frame)) == (second, 70_000)


@pytest.mark.parametrize(
    ("net_id", "first", "fixed_bits"),
    [
        (0x000001, 0x02000000, 7),
        (0x000013, 0x26000000, 7),  # The Things Network's 26000000/7
        (0xC00053, 0xFC014C00, 22),  # Helium's FC014C00/22
    ],
)
def test_dev_addrs_lie_in_the_network_s_own_range(net_id: int, first: int, fixed_bits: int):
    sessions = Sessions()
    for _ in range(20):
        assert sessions.new_dev_addr(net_id) >> (32 - fixed_bits) == first >> (32 - fixed_bits)


def test_a_network_that_has_no_dev_addr_left_has_two_units_share_one():
    """NetID type 7 leaves 7 bits of a DevAddr (LoRaWAN backend interfaces 1.0, chapter 13)."""
    sessions, given = Sessions(), []
    for number in range(130):
        given.append(sessions.new_dev_addr(0xE00001))
        unit = Unit(f"lamp-{number}", "lamp", "quai", f"{number:016x}", "00" * 8, 43.6, 1.4, "C")
        sessions.add(Session(unit, SessionRecord(unit.name, given[-1], b"1" * 16, b"1" * 16, join_nonce=1)))
    assert len(set(given[:128])) == 128 and set(given[128:]) <= set(given[:128])
    assert len({dev_addr >> 7 for dev_addr in given}) == 1


def test_downlink_counters_are_reserved_ahead():
    session = _session(1, 5, "01" * 16, f_cnt_down=96)
    assert session.reservation() == 96 + RESERVED_AHEAD  # nothing is reserved after a start
    session.f_cnt_down_end = session.reservation()
    assert session.reservation() == session.f_cnt_down_end
    session.f_cnt_down += RESERVED_AHEAD // 2 + 1
    assert session.reservation() == session.f_cnt_down + RESERVED_AHEAD


def test_the_duty_cycle_of_each_band_and_concentrator():
    ledger = DutyLedger()
    ledger.note(Airtime("a", band(868_100_000), 100.0, 35_000_000))
    assert ledger.allows("a", 868_300_000, 1_000_000, 200.0, 1.0)  # 1 % of an hour is 36 s
    assert not ledger.allows("a", 868_300_000, 1_000_001, 200.0, 1.0)
    assert not ledger.allows("a", 868_300_000, 1, 200.0, 0.8)
    assert ledger.allows("b", 868_300_000, 36_000_000, 200.0, 1.0)
    assert ledger.allows("a", 869_525_000, 360_000_000, 200.0, 1.0)
    assert not ledger.allows("a", 869_525_000, 360_000_001, 200.0, 1.0)
    assert not ledger.allows("a", 2_400_000_000, 1, 200.0, 1.0)
    assert ledger.allows("a", 868_300_000, 36_000_000, 3701.0, 1.0)


def test_a_clock_that_was_set_back_blocks_no_band_for_longer_than_an_hour():
    ledger = DutyLedger()
    ledger.note(Airtime("a", band(868_100_000), 1e9, 36_000_000))
    assert not ledger.allows("a", 868_100_000, 1, 1000.0, 1.0)
    assert ledger.allows("a", 868_100_000, 1, 4601.0, 1.0)


def test_who_is_only_named_makes_way_for_who_takes_downlinks():
    counter = _Counter(1.0)
    counter.concentrators.pulled("real", ("10.0.0.1", 1700))
    for number in range(200):
        counter.clock.time_s += 1.0
        counter.concentrators.heard(f"named-{number}")
    assert counter.concentrators.reachable("real")
    assert len(counter.concentrators.everyone()) == 64


def test_a_clock_that_is_set_forward_gives_no_airtime_back():
    ledger = DutyLedger()
    ledger.note(Airtime("a", band(868_100_000), 1000.0, 36_000_000))
    assert not ledger.allows("a", 868_100_000, 1, 1030.0, 1.0)
    ledger.clock_set_forward(7200.0)
    assert not ledger.allows("a", 868_100_000, 1, 1030.0 + 7200.0, 1.0)
    assert ledger.allows("a", 868_100_000, 1, 1000.0 + 7200.0 + 3601.0, 1.0)


@pytest.mark.parametrize("step_s", [-0.01, -31_536_000.0, 31_536_000.0])
def test_what_was_not_sent_is_taken_back_though_the_clock_was_set_meanwhile(step_s: float):
    ledger = DutyLedger()
    sent, unsent = (Airtime("a", band(868_100_000), 1e9, 18_000_000) for _ in range(2))
    ledger.note(sent)
    ledger.note(unsent)
    now_s = 1e9 + step_s
    ledger.allows("a", 868_100_000, 1, now_s, 1.0)
    ledger.take_back(unsent)
    assert ledger.allows("a", 868_100_000, 18_000_000, now_s, 1.0)
    assert ledger.allows("a", 868_100_000, 18_000_001, now_s, 1.0) == (step_s > 0)  # a year: long ago


class _Clock:
    """Time stands still but for sleeps."""

    def __init__(self, pace: float = 1.0) -> None:
        self.time_s = 1000.0
        self._pace = pace

    def now(self) -> float:
        return self.time_s

    async def sleep(self, seconds: float) -> None:
        self.time_s += max(seconds, 0.0)
        await asyncio.sleep(0)

    def pace(self) -> float:
        return self._pace


class _Counter:
    """A concentrator's counter, and how many restarts are seen in it."""

    def __init__(self, pace: float):
        self.clock = _Clock(pace)
        log = Log(self.clock.now, "error", sys.stderr)
        self._counts = Counts(log)
        self.concentrators = Concentrators(self.clock, log, self._counts)
        self.concentrators.heard("eui")
        self._booted_s = 0.0

    def boot(self) -> None:
        """It starts anew."""
        self._booted_s = self.clock.time_s

    def frame(self, after_s: float, late_s: float = 0.0) -> int:
        """A frame so long after the one before, read `late_s` after it came; the restarts seen so far."""
        self.clock.time_s += after_s + late_s
        tmst = int((self.clock.time_s - late_s - self._booted_s) * 1e6) % 2**32
        self.concentrators.note_tmst("eui", tmst)
        self.clock.time_s -= late_s
        return self._counts.done.get("concentrator_restarts", 0)


@pytest.mark.parametrize(("pace", "late_s"), [(1.0, 2.0), (60.0, 60.0), (1000.0, 900.0)])
def test_a_counter_that_rolls_over_is_no_restart(pace: float, late_s: float):
    """2**32 us are 71.6 minutes: twenty times a day. A stall of a second is minutes of a fast street."""
    counter = _Counter(pace)
    for number in range(24 * 60):
        restarts = counter.frame(60.0, late_s if number % 3 else 0.0)
        assert restarts == 0, f"after {number} minutes"
    assert counter.frame(6 * 3600.0) == 0


@pytest.mark.parametrize("pace", [1.0, 60.0])
@pytest.mark.parametrize("silent_s", [5.0, 900.0, 7200.0])
def test_a_counter_that_begins_anew_is_a_restart(pace: float, silent_s: float):
    counter = _Counter(pace)
    assert counter.frame(1000.0) == 0
    counter.boot()
    assert counter.frame(silent_s) == 1
    assert counter.frame(60.0) == 1


def test_a_clock_that_is_set_makes_no_restart():
    counter = _Counter(1.0)
    counter.frame(10.0)
    counter.clock.time_s += 3e8
    counter._booted_s += 3e8
    counter.concentrators.clock_jumped()
    assert counter.frame(10.0) == 0


@pytest.mark.parametrize(("alone", "closes_s"), [(False, 0.2), (True, 0.0)])
def test_a_window_and_its_cooldown(alone: bool, closes_s: float):
    """200 ms for copies and one second for late ones; no window where nobody else could hear."""

    async def scenario() -> list[tuple[str, float]]:
        clock, happened = _Clock(), []
        windows = Deduplicator(clock, lambda: alone)
        reception = Reception("eui", b"frame", 0, 868_100_000, 3, -90, 5, None)
        stored = ended(True)
        closed = lambda _: happened.append(("closed", clock.time_s - 1000))  # noqa: E731
        windows.open([Heard(reception.phy, [reception], stored, closed)])
        running = asyncio.ensure_future(windows.run())
        while windows.find(b"frame"):
            await asyncio.sleep(0)
        happened.append(("forgotten", clock.time_s - 1000))
        running.cancel()
        return happened

    assert asyncio.run(scenario()) == [
        ("closed", pytest.approx(closes_s)),
        ("forgotten", pytest.approx(closes_s + 1.0)),
    ]


@given(st.lists(st.integers(0, 2000), max_size=30))
def test_totals_are_the_sum_of_all_steps(steps: list[int]):
    before: dict[str, tuple[int, int]] = {}
    passed = 0
    for step in [0, *steps]:
        passed += step
        values = dict.fromkeys((field.name for field in LAMP_REPORT.fields), 0)
        totals, before = unwrap(LAMP_REPORT, {**values, "passages": passed % 4096}, before, 3600.0)
        assert totals == {"energy_wh": 0, "passages": passed}


def _energies(*told_wh: float | None) -> list[float | None]:
    """The totals of a lamp whose counter says this, every quarter of an hour."""
    before: dict[str, tuple[int, int]] = {}
    totals = []
    for energy_wh in told_wh:
        values = dict.fromkeys((field.name for field in LAMP_REPORT.fields), 0)
        told, before = unwrap(LAMP_REPORT, {**values, "energy_wh": energy_wh}, before, 900.0)
        totals.append(told.get("energy_wh"))
    return totals


def test_a_board_that_counts_anew_is_not_taken_for_a_megawatt_hour():
    assert _energies(48_210.4, 0.3, 10.3) == [48_210.4, 48_210.7, 48_220.7]
    assert _energies(500.0, 48_210.0, 48_212.5) == [500.0, 500.0, 502.5], "it was elsewhere before"
    assert _energies(48_210.4, 48_209.9, 48_210.9) == [48_210.4, 48_210.4, 48_211.4], "after a power cut"


def test_a_meter_that_is_silent_for_once_loses_no_total():
    assert _energies(48_210.4, None, 48_212.4) == [48_210.4, None, 48_212.4]
    wrapped = _energies(1_677_721.4, 0.6, None, 1.6)
    assert wrapped[-1] == pytest.approx(1_677_723.1)


def test_every_counter_that_wraps_is_known_by_how_fast_it_can_grow():
    for kind, report in (("lamp", LAMP_REPORT), ("canopy", CANOPY_REPORT)):
        wrapping = {field.name for field in report.fields if field.wraps} - {"seq"}
        assert wrapping == {meter.field for meter in meters(kind, "report")}


def test_another_board_s_session_begins_with_nothing_asked_and_nothing_sent():
    """It may have the number in the store that the last one had, which has ended."""
    clock, log = SystemClock(), Log(lambda: 0.0, "error", sys.stderr)
    agreeing = Agreeing(clock, log, Counts(log), Terms(rx2_dr=0))
    receiver: Any = None
    confirmations = Confirmations(clock, Counts(log), receiver)
    before, after = (Session(_UNIT, SessionRecord("lamp-1", 1, bytes(16), bytes(16), 1, 1)) for _ in range(2))
    asked = tuple(agreeing.due(before))
    assert asked and confirmations.may_send(before)
    agreeing.asks(before, asked)
    confirmations.sends(before, Downlink(_UNIT, 1, b"", "a", True))
    assert not agreeing.due(before) and not confirmations.may_send(before)
    after.link.open_changes = asked
    assert agreeing.due(after) and confirmations.may_send(after)
