"""A lamp post as the node and the links know it: light, people, power and senses."""

from corolle.units.lamp_watch import LampWatch
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_TABLES = const("corolle.wire.lamp_report")
_SERVICE_S = const(21600)  # between two messages of what only the crew needs to know


class Lamp:
    """The unit. `tasks` are what the supervisor runs; by the rest node and links speak with it."""

    def __init__(self, common, lamp_light, people, power, senses):
        watch = LampWatch(common, power, senses, lamp_light, people)
        self._common = common
        self._lamp_light = lamp_light
        self._people = people
        self._power = power
        self._senses = senses
        self._service_due_s = 0
        lamp_light.on_move.append(power.energy.account)
        lamp_light.on_move.append(watch.look_again)
        self.tasks = (("unit", lamp_light.run), ("watch", watch.run))
        self.output = lamp_light.output
        self.look_again = lamp_light.look_again
        self.attach = people.attach
        self.test = watch.test

    def heard(self, *words) -> None:
        """A neighbour tells of somebody, in the words of control.neighbours.Passing."""
        self._people.heard(words, self._common.clock.now())
        self._lamp_light.look_again()

    def values(self) -> dict:
        """What it measures now, by the names of its messages."""
        parts = self._lamp_light, self._power, self._senses
        with borrowed("corolle.units.lamp_words") as words:
            fields = words.report(self._common, *parts, self._people)
            fields.update(words.service(self._common, *parts[1:]))
            return fields

    def carry_out(self, verb: str, value: int, until_s: int, author: str) -> str:
        """Obey a command that was found right; returns the verdict."""
        if verb == "report":
            self._service_due_s = 0  # all that there is to tell
            self._common.reporter.soon()
        elif verb == "self-test":
            self.test(True)  # told once: who asks again meanwhile means the same
        elif self._lamp_light.light.safe_mode:
            return "refused"
        elif verb == "learn":
            return "accepted" if self._power.ask_to_learn() else "not fitted"
        else:
            self._lamp_light.order(verb, value, until_s, author)
        return "accepted"

    def compose(self) -> tuple:
        """The next message and its values. Counters are kept before they are told: they never go back."""
        common, power = self._common, self._power
        if power.power_w is None:
            power.book(self._lamp_light.driven_pct)
        common.ledger.keep(now=True)
        with borrowed("corolle.units.lamp_words") as words:
            if common.clock.uptime_s() < self._service_due_s:
                values = words.report(common, self._lamp_light, power, self._senses, self._people)
                return _TABLES, "LAMP_REPORT", values
            self._service_due_s = common.clock.uptime_s() + _SERVICE_S
            common.reporter.soon()  # the report proper follows
            return _TABLES, "LAMP_SERVICE", words.service(common, power, self._senses)
