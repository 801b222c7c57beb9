"""Sends the sanitary records that the gateway has not got: new ones at once, old ones when it asks.

No acknowledgement is asked for on the air. The gateway sees by the numbers what it lacks, and says by the
order `records` from where it wants them: it has all before that.
"""

from corolle.wire.compat import const
from corolle.wire.sanitary_record import PORT

_PACE_S = const(60)  # between two records: with the slowest data rate the link says for how long it is busy
_AGAIN_S = const(86400)  # the last record is told again: one that was lost has no follower to betray it
_LOOK_S = const(900)
_ROUNDS = const(3)  # each record is lost on the air once in ten times: in all of three, once in a thousand


class SanitarySender:
    """`log` is a SanitaryLog; after a boot its last record is told, and the gateway sees what it lacks."""

    def __init__(self, log, reporter):
        self._log = log
        self._reporter = reporter
        self._next = max(1, log.number)
        self._free_at_s = 0
        self._again_at_s = _AGAIN_S
        self._gap = self._rounds = self._through = 0

    def step(self, uptime_s: int) -> int:
        """Send a record if there is one to send and it may be; the seconds until it is to be called again.

        To be called after each append, too.
        """
        log = self._log
        if self._next > log.number:
            if not log.number or uptime_s < self._again_at_s:
                return _LOOK_S
            self._next = log.number
        wait_s = self._free_at_s - uptime_s
        if wait_s > 0:
            return wait_s
        self._free_at_s = uptime_s + _PACE_S
        self._next = max(self._next, log.first)
        record = log.read(self._next)
        # One that cannot be read is passed over: the gateway sees the gap, and verify() tells of it here.
        if record is None or self._reporter.raw(PORT, record):
            self._next += 1
            self._again_at_s = uptime_s + _AGAIN_S
        return _PACE_S

    def resend(self, value: int) -> str:
        """Obey `records`: send again from the number that is `value` modulo 65536; the verdict.

        What cannot be read here the gateway will never have, and asks for again and again: what was sent
        behind it each time counts as there then, or the log could let nothing go until its flash is full.
        """
        log = self._log
        number = log.number + 1 - ((log.number + 1 - value) & 0xFFFF)
        if number < 1:
            return "out of range"  # the gateway has records that this log does not
        had = number - 1
        if number <= log.number and log.read(number) is None:
            had = max(had, self._had_behind(number))
        log.acknowledged = max(log.acknowledged, had)
        self._next = number
        return "accepted"

    def _had_behind(self, gap: int) -> int:
        """The last number that was sent in each of enough rounds behind a gap, 0 before that."""
        if gap != self._gap:
            self._gap, self._rounds, self._through = gap, 0, self._log.number
        else:
            self._rounds += 1
            self._through = min(self._through, self._next - 1)
        return self._through if self._rounds >= _ROUNDS else 0
