"""The power of a whole canopy is cut at every flash operation of a dose, a purge and its log's appends.

Cut means cut: the interpreter ends in the midst of the operation, which was not done at all or was torn. What
the node had told over the air by then is what its next life is held against.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from corolle.wire.canopy_report import CANOPY_REPORT, CANOPY_SERVICE
from corolle.wire.codec import unpack
from corolle.wire.sanitary_record import PORT, RECORD_BYTES, SANITARY, first_link, link
from corolle.wire.sanitary_record import unpack as unpack_record
from corolle.wire.words import VERBS, code_of, word_of
from corolle_hil.memories import Flash
from corolle_hil.replay.valves_site import Site, Yard
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.climate import Weather
from corolle_tools.replay.valves import equip

_HOT = Weather(temperature_c=34.0, humidity_pct=25.0, wind_m_s=0.0, rain_mm_h=0.0, radiation_w_m2=700.0)
_SETTINGS = {"start_vwc_pct": 60, "dose_dl": 2, "purge_dl": 2, "sample_min": 60, "report_min": 60}
_DEV_EUI = "02c0ffee00000001"
_FROM_S, _CLEANED_S, _UNTIL_S = 1.0, 4.0, 26.0
_TOLD_S = (8.0, 12.0, 20.0)
_EIO = 5


class _Knife:
    """Counts the flash's operations from now on, and calls `cut` in the midst of the one numbered `at`."""

    def __init__(self, flash: Flash, at: int | None, torn: bool, cut: Callable[[], None]):
        self.operations = 0
        self._at = at
        self._torn = torn
        self._cut = cut
        self._write, self._erase = flash.write, flash.erase
        flash.write, flash.erase = self._on_write, self._on_erase  # type: ignore[method-assign]
        self._flash = flash

    def put_away(self) -> None:
        self._flash.write, self._flash.erase = self._write, self._erase  # type: ignore[method-assign]

    def _on_write(self, place: int, data: bytes) -> int:
        if not self._falls():
            return self._write(place, data)
        if self._torn:
            self._write(place, data[: len(data) // 2])
        self._cut()
        return _EIO

    def _on_erase(self, block: int) -> int:
        if not self._falls():
            return self._erase(block)
        self._cut()
        return _EIO

    def _falls(self) -> bool:
        self.operations += 1
        return self.operations - 1 == self._at


class _Canopy:
    """A canopy in dry soil and hot air that is declared clean: it waters, and purges its mist line."""

    def __init__(self, yard: Yard):
        self.scheduler = Scheduler(1_784_116_800 * 1_000_000, 1)
        self.said: list[dict] = []
        self.site: Site = yard.build(
            self.scheduler, lambda _: _HOT, equip(_SETTINGS, False), self.said.append
        )
        self.site.moisten(0.1)
        self.valves = [self.site.it.valve, self.site.it.mist_valve, self.site.it.purge_valve]

    def live(self, cut_at: int | None, torn: bool) -> _Knife:
        """The first life, up to its end or to the cut."""
        self.site.unit.power_on()
        self.run(_FROM_S)
        knife = _Knife(self.site.board.flash, cut_at, torn, self.site.board.power_off)
        for at_s, verb in ((_CLEANED_S, "cleaned"), *((at_s, "report") for at_s in _TOLD_S)):
            self.run(at_s - self.now_s)
            self.order(verb)
        self.run(_UNTIL_S - self.now_s)
        knife.put_away()
        return knife

    @property
    def now_s(self) -> float:
        return self.scheduler.now_us / 1e6

    def run(self, seconds: float) -> None:
        self.scheduler.run(self.scheduler.now_us + round(seconds * 1e6))

    def order(self, verb: str, value: int = 0) -> None:
        until_s = self.scheduler.unix_us // 1_000_000 + 600
        self.site.wire.order(code_of(VERBS, verb), value, until_s, "ops")

    def told_l(self) -> dict[str, float]:
        """The most that was told of each counter."""
        most: dict[str, float] = {}
        for message in (CANOPY_REPORT, CANOPY_SERVICE):
            for payload in self.frames(message.port):
                told = {
                    name: x for name, x in unpack(message, payload).items() if name.endswith("litres_total")
                }
                for name, litres in told.items():
                    assert litres >= most.get(name, 0.0), f"{name} went back from {most[name]} to {litres} l"
                    most[name] = litres
        return most

    def frames(self, port: int) -> list[bytes]:
        return [payload for number, payload in self.site.frames if number == port]

    def records(self) -> list[bytes]:
        """The whole sanitary log, as the node sends it when it is asked from the first record on."""
        heard = len(self.site.frames)
        self.order("records", 1)
        for _ in range(12):
            self.run(60)
        sent = [payload for number, payload in self.site.frames[heard:] if number == PORT]
        return list(dict.fromkeys(sent))

    def crashes(self) -> list[dict]:
        return [
            record
            for record in self.said
            if record["type"] == "console" or (record.get("event") == "restart" and record["task"] != "link")
        ]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with Yard(tmp_path) as made:
        yield made


def _check_chain(records: list[bytes]) -> list[str]:
    """The words of the records, once each hangs on the one before it."""
    chain = first_link(_DEV_EUI)
    words = []
    for number, record in enumerate(records, 1):
        fields = unpack_record(record)
        assert len(record) == RECORD_BYTES and fields.number == number, (number, fields)
        chain = link(chain, record)
        assert fields.chain == chain, f"record {number} hangs on nothing"
        words.append(word_of(SANITARY, fields.code))
    return words


def _boot_again(canopy: _Canopy) -> None:
    """The power is back: every valve is shut before the flash is written, or anything is waited for."""
    flash = canopy.site.board.flash
    before = flash.writes + flash.erases
    shut_at = []
    for valve in canopy.valves:
        if valve.is_open:
            valve.watch(lambda: shut_at.append(flash.writes + flash.erases))
    canopy.site.unit.power_on()
    canopy.run(0.40)  # 0.35 s of it until the interpreter starts
    assert not any(valve.is_open for valve in canopy.valves)
    assert all(operations == before for operations in shut_at)
    canopy.run(20)
    canopy.order("report")
    canopy.run(10)


def test_without_a_cut_it_waters_purges_and_tells(yard):
    canopy = _Canopy(yard)
    knife = canopy.live(None, False)
    assert knife.operations > 20
    assert canopy.told_l()["litres_total"] == pytest.approx(0.2, abs=0.02)
    assert canopy.told_l()["purge_litres_total"] >= 0.2
    assert "purged" in _check_chain(canopy.records())
    assert not canopy.crashes()
    canopy.site.board.close()


@pytest.mark.parametrize("torn", [False, True], ids=["clean", "torn"])
def test_a_power_cut_at_every_flash_operation_of_a_dose_and_a_purge(yard, torn):
    cut_in_dose = cut_in_purge = 0
    operations = at = 1
    for at in range(200):
        canopy = _Canopy(yard)
        operations = canopy.live(at, torn).operations
        if operations <= at:
            canopy.site.board.close()
            break
        cut_in_dose += canopy.valves[0].is_open
        told, records = canopy.told_l(), canopy.frames(PORT)
        accepted = canopy.site.wire.verdicts["accepted"]
        cut_in_purge += canopy.site.unit.snapshot()["mist_litres"] > 0
        assert not canopy.site.board.running
        canopy.run(5)
        _boot_again(canopy)
        after = canopy.told_l()  # asserts that nothing goes back
        assert after.keys() >= told.keys(), f"nothing was told after cut {at}"
        whole = canopy.records()
        assert set(records) <= set(whole), f"cut {at}: a record that was told is gone"
        words = _check_chain(whole)
        assert "cleaned" in words or not accepted, f"cut {at}: an order was acknowledged and is not on record"
        assert not canopy.crashes(), f"cut {at}"
        canopy.site.board.close()
    assert 20 < at < 199 and cut_in_dose > 2 and cut_in_purge > 2, (at, cut_in_dose, cut_in_purge)
