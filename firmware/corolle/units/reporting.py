"""Reports from time to time and events at once, into whatever link there is."""

from corolle.units.common import Wake
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed
from corolle.wire.words import EVENTS, code_of

ACK_PRIORITY = const(0)
EVENT_PRIORITY = const(1)
REPORT_PRIORITY = const(2)

_JOIN_LOOK_S = const(15)
_JOIN_LOOKS = const(60)
_ORDERS = const("corolle.wire.orders")
_CODEC = ("corolle.wire.packer", "corolle.wire.bits", "corolle.wire.fields")
_MOST_EARLY = const(8)  # frames kept while there is no link yet


class Reporter:
    """`compose()` gives a message of the schema by module and name, and its values without `seq`.

    `salt` spreads units over time. `seq` is the number before the first; at random, for without a clock what
    two boots say differs in nothing else.

    A link has send(port, payload, priority) -> bool, joined, and idle while nothing waits in it; there may be
    none, or one that comes later.
    """

    def __init__(self, clock, settings, salt: int, seq: int = 0):
        self.compose = _nothing_to_report
        self.dropped = 0  # what no link took
        self.least_min = 0  # between two reports, while power is short
        self.link = None
        self._early: list = []
        self._clock = clock
        self._settings = settings
        self._salt = salt
        self._seq = seq
        self._wake = Wake()

    def attach(self, link) -> None:
        """There is a link, or no more (None); what waited for one goes first."""
        self.link = link
        if link is not None:
            early, self._early = self._early, []
            for frame in early:
                self.dropped += not link.send(*frame)

    def event(self, word: str, value: int = 0) -> None:
        """Send an event; a value that does not fit is clipped."""
        fields = {"seq": self._next_seq(), "code": code_of(EVENTS, word)}
        fields["value"] = max(-32768, min(32767, value))
        fields["time_s"] = self._clock.now_or_none() or 0
        self._send(_ORDERS, "EVENT", fields, EVENT_PRIORITY)

    def ack(self, fields: dict) -> None:
        """Answer a command."""
        self._send(_ORDERS, "ACK", fields, ACK_PRIORITY)

    def raw(self, port: int, payload: bytes) -> bool:
        """Send what is packed already, if the link is up with nothing else to send; whether it was taken."""
        link = self.link
        if link is None or not (link.joined and link.idle):
            return False
        return link.send(port, payload, REPORT_PRIORITY)

    def read(self) -> tuple:
        """(FPort, payload) of the next message, counted as one that is sent."""
        module, name, fields = self.compose()
        fields["seq"] = self._next_seq()
        return _packed(module, name, fields)

    def soon(self) -> None:
        """Send a report now, not at its time."""
        self._wake.set()

    async def run(self, alive) -> None:
        """Report for ever: once the link is up, then every report_min."""
        for _ in range(_JOIN_LOOKS):
            alive(_JOIN_LOOK_S)
            if self.joined():
                break
            await self._wake.wait_ms(_JOIN_LOOK_S * 1000)  # whoever calls gets the first report, too
        while True:
            self._report()
            wait_s = self._pause_s()
            alive(wait_s)
            await self._wake.wait_ms(wait_s * 1000)

    def joined(self) -> bool:
        """Whether there is a link that is up."""
        return self.link is not None and self.link.joined

    def _report(self) -> None:
        # Without a session nothing can be sent, and counters are cumulative: the next report has it all.
        if self.joined():
            port, payload = self.read()
            self._pass_on(port, payload, REPORT_PRIORITY)

    def _pause_s(self) -> int:
        """Up to a tenth longer than asked for: a street after a power cut is not to speak in chorus."""
        period_s = max(self._settings["report_min"], self.least_min) * 60
        self._salt = (self._salt * 1103515245 + 12345) & 0x3FFFFFFF
        return period_s + (self._salt >> 8) % (period_s // 10 + 1)

    def _send(self, module: str, name: str, fields: dict, priority: int) -> None:
        if self.link is None and len(self._early) >= _MOST_EARLY:
            self.dropped += 1
            return
        port, payload = _packed(module, name, fields)
        self._pass_on(port, payload, priority)

    def _pass_on(self, port: int, payload: bytes, priority: int) -> None:
        if self.link is None:
            self._early.append((port, payload, priority))
        elif not self.link.send(port, payload, priority):
            self.dropped += 1

    def _next_seq(self) -> int:
        self._seq = (self._seq + 1) & 0xFF
        return self._seq


def _packed(module: str, name: str, fields: dict) -> tuple:
    """(FPort, payload): the tables and the packer are in memory only for as long as packing takes."""
    with borrowed(module, *_CODEC) as table:
        from corolle.wire.packer import encode

        message = getattr(table, name)
        return message.port, encode(message, fields, True)


def _nothing_to_report() -> tuple:
    raise RuntimeError("no unit has said what it reports")
