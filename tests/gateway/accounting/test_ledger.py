"""Messages booked to the ledger in a real database: swaps, gaps, faults, months, clocks."""

from pathlib import Path
from typing import Any

import pytest
from corolle_gateway.hub.accounts import Accounts, Booking
from corolle_gateway.model import Unit
from corolle_gateway.months import Months
from corolle_gateway.pending import ended
from corolle_gateway.store import database, ledger
from corolle_gateway.store.ledger import Entry
from msgspec.structs import replace

_MONTHS = Months("Europe/Paris")
_BEGIN_S = _MONTHS.begin_s("2026-11")
_QUARTER_S, _LIMIT_S = 900.0, 3270.0
_LAMP = Unit("lamp-1", "lamp", "quai", "02" * 8, "00" * 8, 43.6, 1.44, "C")
_CANOPY = Unit("canopy-1", "canopy", "quai", "03" * 8, "00" * 8, 43.6, 1.44, "A")


class _Book:
    """A database, and what is told to it."""

    def __init__(self, folder: Path):
        self.db = database.connect(folder)
        self.db.execute("BEGIN")
        self._accounts = Accounts(_MONTHS, lambda unit: _LIMIT_S)

    def tell(self, unit: Unit, kind: str, time_s: float, faults: tuple[str, ...] = (), **raw: Any) -> None:
        body = {"faults": list(faults), "level_pct": 0, "power_w": 0.0} | raw
        self._commit(self._accounts.booking(unit, kind, body, raw, time_s))

    def event(self, unit: Unit, time_s: float, event: str, detail: str) -> None:
        body = {"event": event, "detail": detail}
        self._commit(self._accounts.booking(unit, "event", body, {}, time_s))

    def _commit(self, booking: Booking) -> None:
        booking.apply(self.db)
        booking.finished(ended(True))

    def of(self, unit: Unit, month: str = "2026-11") -> Entry:
        return ledger.of_month(self.db, month).get(unit.name, Entry(unit.name, month))


@pytest.fixture
def book(tmp_path: Path) -> _Book:
    return _Book(tmp_path)


def _report(book: _Book, n: float, energy_wh: float, passages: int = 0, unit: Unit = _LAMP) -> None:
    time_s = _BEGIN_S + n * _QUARTER_S
    book.tell(unit, "report", time_s, energy_wh=energy_wh, passages=passages)


def test_a_day_of_reports(book: _Book):
    for n in range(97):
        _report(book, n, 48_210.4 + n * 5, 4000 + n * 3 if n * 3 < 96 else n * 3 - 96)
    assert book.of(_LAMP).energy_wh == pytest.approx(480)
    assert book.of(_LAMP).passages == 288
    assert book.of(_LAMP).heard_s == 86_400
    assert book.of(_LAMP).resets == 0


def test_what_a_unit_had_counted_before_it_was_first_heard_is_nobodys(book: _Book):
    _report(book, 0, 48_210.4)
    assert book.of(_LAMP).energy_wh == 0


def test_a_swapped_board_is_seen_whether_it_was_registered_or_not(book: _Book):
    _report(book, 0, 48_210.4)
    _report(book, 1, 48_220.4)
    _report(book, 2, 0.7)
    _report(book, 3, 5.7)
    assert book.of(_LAMP).energy_wh == pytest.approx(10 + 0.7 + 5)
    assert book.of(_LAMP).resets == 1
    other = replace(_LAMP, dev_eui="04" * 8)
    _report(book, 4, 9.9, unit=other)  # a little higher: by its figures alone it might be the same one
    _report(book, 5, 14.9, unit=other)
    assert book.of(_LAMP).energy_wh == pytest.approx(15.7 + 5)
    assert book.of(_LAMP).resets == 2


def test_silence_is_not_heard_and_loses_no_energy(book: _Book):
    _report(book, 0, 100.0)
    _report(book, 96, 580.0)
    entry = book.of(_LAMP)
    assert (entry.energy_wh, entry.heard_s) == (pytest.approx(480), _LIMIT_S)


def test_a_gap_over_the_turn_of_the_month_is_spread_over_it(book: _Book):
    _report(book, -32, 100.0)
    _report(book, 64, 580.0)
    assert book.of(_LAMP, "2026-10").energy_wh == pytest.approx(160)
    assert book.of(_LAMP).energy_wh == pytest.approx(320)
    assert book.of(_LAMP, "2026-10").heard_s == _LIMIT_S
    assert book.of(_LAMP).heard_s == 0


def test_time_with_a_fault_that_stops_the_service_is_counted_until_it_is_gone(book: _Book):
    at = lambda n: _BEGIN_S + n * _QUARTER_S  # noqa: E731 - the quarter of an hour
    book.tell(_LAMP, "report", at(0), energy_wh=0.0)
    book.tell(_LAMP, "report", at(1), ("lampFailure",), energy_wh=0.0)
    book.tell(_LAMP, "report", at(2), ("lampFailure", "presenceStuck"), energy_wh=0.0)
    book.tell(_LAMP, "report", at(3), ("presenceStuck",), energy_wh=0.0)
    book.tell(_LAMP, "report", at(4), energy_wh=0.0)
    assert book.of(_LAMP).stopped_s == 2 * _QUARTER_S
    # Told by events alone, which no report denies.
    book.event(_LAMP, at(5), "fault raised", "thermalShutdown")
    book.tell(_LAMP, "report", at(6), energy_wh=0.0)
    book.event(_LAMP, at(7), "fault cleared", "thermalShutdown")
    book.tell(_LAMP, "report", at(8), energy_wh=0.0)
    assert book.of(_LAMP).stopped_s == 4 * _QUARTER_S
    assert book.of(_LAMP).heard_s == 8 * _QUARTER_S


def test_water_mist_and_light_hours_come_with_their_own_messages(book: _Book):
    for n in range(3):
        at_s = _BEGIN_S + n * 6 * 3600
        book.tell(_CANOPY, "report", at_s, litres_total=104_857.0 + 12.5 * n - (104_857.6 if n else 0))
        book.tell(_CANOPY, "service", at_s, mist_litres_total=10.0 + n, purge_litres_total=3.0 * n)
        book.tell(_LAMP, "service", at_s, burn_h=4000.0 + 5 * n, full_w=39.8 if n == 1 else None)
    canopy, lamp = book.of(_CANOPY), book.of(_LAMP)
    assert (canopy.water_l, canopy.mist_l, canopy.purge_l) == pytest.approx((25.0, 2.0, 6.0))
    assert (lamp.burn_h, lamp.full_w) == (10.0, 39.8)


def test_a_clock_that_is_not_set_books_nothing_and_loses_nothing(book: _Book):
    _report(book, 0, 100.0)
    book.tell(_LAMP, "report", 1000.0, energy_wh=104.0)
    _report(book, 2, 110.0)
    assert book.of(_LAMP).energy_wh == pytest.approx(10)
    assert book.of(_LAMP, "1970-01").energy_wh == 0


def test_a_clock_that_was_wrong_for_a_while_costs_no_energy_and_makes_no_silence(book: _Book):
    _report(book, 0, 100.0)
    _report(book, 5000, 104.0)
    _report(book, 2, 108.0)
    _report(book, 3, 112.0)
    total = sum(book.of(_LAMP, month).energy_wh for month in ("2026-11", "2026-12"))
    assert total == pytest.approx(12)
    assert book.of(_LAMP).energy_wh >= 8


def test_a_lamp_without_a_meter_is_heard_all_the_same(book: _Book):
    for n in range(5):
        book.tell(_LAMP, "report", _BEGIN_S + n * _QUARTER_S, energy_wh=None, passages=n)
    assert (book.of(_LAMP).energy_wh, book.of(_LAMP).passages) == (0, 4)


def _booking(book: _Book, accounts: Accounts, n: int, energy_wh: float) -> Booking:
    at_s = _BEGIN_S + n * _QUARTER_S
    return accounts.booking(_LAMP, "report", {"faults": []}, {"energy_wh": energy_wh}, at_s)


def test_a_transaction_that_fails_and_is_run_again_books_once(book: _Book):
    accounts = Accounts(_MONTHS, lambda unit: _LIMIT_S)
    first = _booking(book, accounts, 0, 100.0)
    first.apply(book.db)
    first.finished(ended(True))
    second, third = _booking(book, accounts, 1, 105.0), _booking(book, accounts, 2, 107.0)
    book.db.execute("SAVEPOINT together")
    second.apply(book.db)
    third.apply(book.db)
    book.db.execute("ROLLBACK TO together")
    second.apply(book.db)
    second.finished(ended(True))
    third.apply(book.db)
    third.finished(ended(True))
    assert book.of(_LAMP).energy_wh == pytest.approx(7)


def test_what_was_not_stored_is_booked_when_it_comes_again(book: _Book):
    accounts = Accounts(_MONTHS, lambda unit: _LIMIT_S)
    for n, energy_wh, stored in ((0, 100.0, True), (1, 105.0, False), (2, 107.0, True)):
        booking = _booking(book, accounts, n, energy_wh)
        book.db.execute("SAVEPOINT alone")
        booking.apply(book.db)
        if not stored:
            book.db.execute("ROLLBACK TO alone")
        booking.finished(ended(stored))
    assert book.of(_LAMP).energy_wh == pytest.approx(7)
    known = Accounts(_MONTHS, lambda unit: _LIMIT_S)  # after a restart
    booking = _booking(book, known, 3, 110.0)
    booking.apply(book.db)
    booking.finished(ended(True))
    assert book.of(_LAMP).energy_wh == pytest.approx(10)


def test_a_month_that_is_over_is_written_down_once_and_the_one_that_runs_is_read_as_well(book: _Book):
    for n in (-2, -1, 1, 2):
        _report(book, n, 100.0 + 10 * n)
    rows = book.db.execute("SELECT month, energy_wh FROM ledger ORDER BY month").fetchall()
    assert rows == [("2026-10", pytest.approx(20))]
    assert book.of(_LAMP, "2026-10").energy_wh == pytest.approx(20)
    assert book.of(_LAMP).energy_wh == pytest.approx(20)
