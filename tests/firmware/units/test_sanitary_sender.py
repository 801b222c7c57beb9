"""New records at once, old ones on demand, one a minute at most and never before what else is to be sent."""

from bench import Bench
from corolle.units import canopy
from corolle.units.sanitary_sender import SanitarySender
from corolle.wire.sanitary_record import PORT, pack, unpack


class _Log:
    """A log in memory: records of numbers, from `first` on."""

    def __init__(self, number, first=1):
        self.number = number
        self.first = first
        self.acknowledged = 0
        self.lost = 0

    def read(self, number):
        kept = self.first <= number <= self.number and number != self.lost
        return pack(number, 0, 2, 0, "", bytes(8)) if kept else None


class _Sending:
    """A sender on a bench, called when it wants to be."""

    def __init__(self, number, first=1):
        self.bench = Bench(canopy)
        self.log = _Log(number, first)
        self.sender = SanitarySender(self.log, self.bench.common.reporter)
        self.uptime_s = 10

    def wait(self, seconds):
        """Time goes by; the numbers that were sent, each with its second."""
        frames, end_s = self.bench.link.frames, self.uptime_s + seconds
        sent = []
        while self.uptime_s < end_s:
            wait_s = self.sender.step(self.uptime_s)
            assert wait_s > 0
            for port, payload, priority in frames:
                assert (port, priority) == (PORT, 2)
                sent.append((unpack(payload).number, self.uptime_s))
            frames.clear()
            self.uptime_s += wait_s
        return sent

    def numbers(self, seconds):
        return [number for number, _ in self.wait(seconds)]


def test_after_a_boot_the_last_record_is_told():
    sending = _Sending(40)
    assert sending.wait(3600) == [(40, 10)]


def test_an_empty_log_says_nothing():
    sending = _Sending(0)
    assert sending.wait(2 * 86400) == []
    sending.log.number = 1
    assert sending.numbers(1) == [1]


def test_new_records_go_at_once_and_then_one_a_minute():
    sending = _Sending(1)
    sending.wait(3600)
    sending.log.number = 5
    start_s = sending.uptime_s
    assert sending.wait(600) == [(2, start_s), (3, start_s + 60), (4, start_s + 120), (5, start_s + 180)]


def test_the_last_one_is_told_again_once_a_day():
    sending = _Sending(7)
    assert sending.numbers(3 * 86400 + 3600) == [7, 7, 7, 7]


def test_what_the_gateway_lacks_is_sent_from_where_it_asks():
    sending = _Sending(100)
    sending.wait(60)
    assert sending.sender.resend(97) == "accepted"
    assert sending.log.acknowledged == 96
    assert sending.numbers(3600) == [97, 98, 99, 100]
    assert sending.sender.resend(101) == "accepted"
    assert sending.log.acknowledged == 100
    assert sending.numbers(3600) == []
    assert sending.sender.resend(50) == "accepted"
    assert sending.log.acknowledged == 100
    assert sending.numbers(61 * 60)[0] == 50


def test_a_number_is_modulo_65536():
    sending = _Sending(70_000)
    sending.log.first = 65_000
    sending.wait(60)
    assert sending.sender.resend(69_999 - 65_536) == "accepted"
    assert sending.numbers(3600) == [69_999, 70_000]
    assert sending.sender.resend(65_530) == "accepted"
    assert sending.numbers(60) == [65_530]
    assert sending.log.acknowledged == 69_998


def test_a_gateway_that_has_more_than_the_log_is_told_so():
    sending = _Sending(3)
    assert sending.sender.resend(5) == "out of range"
    assert sending.sender.resend(0) == "out of range"
    assert sending.log.acknowledged == 0


def test_records_that_are_not_kept_or_cannot_be_read_are_passed_over():
    sending = _Sending(20, first=17)
    sending.log.lost = 19
    sending.wait(60)
    sending.sender.resend(3)
    assert sending.numbers(3600) == [17, 18, 20]


def test_nothing_goes_before_what_else_waits_or_without_a_network():
    for name in ("idle", "joined"):
        sending = _Sending(4)
        setattr(sending.bench.link, name, False)
        assert sending.numbers(1800) == [], name
        setattr(sending.bench.link, name, True)
        assert sending.numbers(120) == [4], name
    sending = _Sending(4)
    sending.bench.link.full = True
    assert sending.numbers(1800) == []
    sending.bench.link.full = False
    assert sending.numbers(120) == [4]
    assert sending.bench.common.reporter.dropped == 0


def test_a_gap_that_nobody_can_fill_does_not_keep_the_log_for_ever():
    sending = _Sending(20)
    sending.log.lost = 7
    sending.wait(60)
    for _ in range(3):
        assert sending.sender.resend(7) == "accepted" and sending.log.acknowledged == 6
        assert sending.numbers(3600) == list(range(8, 21))
    sending.sender.resend(7)
    assert sending.log.acknowledged == 20, "all of it was sent three times"
    sending.log.number = 30
    sending.wait(3600)
    sending.sender.resend(7)
    assert sending.log.acknowledged == 20, "what came since was sent once"


def test_behind_a_gap_only_what_was_sent_each_time_counts_as_there():
    sending = _Sending(20)
    sending.log.first = 5
    sending.wait(60)
    for seconds in (3600, 181, 3600):
        sending.sender.resend(2)
        sending.wait(seconds)
    sending.sender.resend(2)
    assert sending.log.acknowledged == 8, "asked again after 5, 6, 7 and 8"
    sending.sender.resend(3)
    sending.wait(3600)
    sending.sender.resend(3)
    assert sending.log.acknowledged == 8, "another gap"


def test_a_record_that_is_only_late_is_no_gap():
    sending = _Sending(20)
    for _ in range(6):
        sending.sender.resend(7)
        sending.wait(3600)
    assert sending.log.acknowledged == 6
