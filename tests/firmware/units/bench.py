"""What a unit stands on in these tests: the real thing, but for a store and a link in memory."""

import asyncio

import machine
from corolle.system.clock import Clock
from corolle.system.log import Log
from corolle.system.settings import Settings
from corolle.system.supervisor import Supervisor
from corolle.units.common import Common, Faults, Ledger
from corolle.units.reporting import Reporter
from corolle.wire.schema import decode
from corolle.wire.words import EVENTS, word_of

TOULOUSE = (43.6045, 1.444)
MIDNIGHT = 1784073600  # 2026-07-15T00:00:00Z: 02:00 in Toulouse, and night


class Shelf:
    """A store in memory; `writes` counts, `lasting` those that are to last, `broken` refuses."""

    def __init__(self):
        self.records = {}
        self.writes = 0
        self.lasting = 0
        self.broken = False

    def load(self, name):
        return self.records.get(name)

    def save(self, name, payload, lasting=True):
        if self.broken:
            raise OSError(5)
        self.writes += 1
        self.lasting += lasting
        self.records[name] = payload


class Link:
    """A network that has been joined and has nothing to send, and takes everything unless it is full."""

    def __init__(self, joined=True):
        self.joined = joined
        self.idle = True
        self.full = False
        self.frames = []

    def send(self, port, payload, priority):
        if not self.full:
            self.frames.append((port, payload, priority))
        return not self.full

    def decoded(self, port):
        return [decode(number, payload)[1] for number, payload, _ in self.frames if number == port]

    def events(self):
        return [(word_of(EVENTS, fields["code"]), fields["value"]) for fields in self.decoded(20)]


class Everything:
    """The wiring of a board that has every part."""

    @staticmethod
    def part(name):
        return {"driver": name}


class Dog:
    """A watchdog that lets the test end."""

    def feed(self):
        pass


class Bench:
    """`program` is a unit's module; settings may be changed by name."""

    def __init__(self, program, now_s: int | None = MIDNIGHT, shelf=None, cause="power", **changes):
        self.clock = Clock(machine.RTC())
        if now_s:
            self.clock.set(now_s)
        self.log = Log(self.clock.stamp)
        self.shelf = shelf or Shelf()
        settings = Settings(*program.settings(Everything))
        for name, value in changes.items():
            settings.set(name, value)
        self.link = Link()
        reporter = Reporter(self.clock, settings, 1)
        reporter.attach(self.link)
        self.supervisor = Supervisor(self.log, self.clock.uptime_s, Dog())
        ledger = Ledger(program.COUNTERS, self.shelf, self.log, self.clock.uptime_s)
        faults = Faults(program.FAULTS, self.log, reporter.event)
        self.common = Common(
            self.clock,
            self.log,
            settings,
            self.shelf,
            ledger,
            faults,
            reporter,
            self.supervisor,
            1,
            cause,
        )

    def run(self, unit):
        """Let the unit live beside the test, under the supervisor."""
        self.common.reporter.compose = unit.compose
        self.clock.on_step.append(unit.look_again)
        for name, start in unit.tasks:
            self.supervisor.spawn(name, start)
        self.feeding = asyncio.create_task(self.supervisor.run())

    def decisions(self):
        """Value and reason of each decision, as the log has them."""
        lines = [line for line in self.log.lines() if "event=decision" in line]
        return [(int(_field(line, "value")), _field(line, "reason")) for line in lines]


def _field(line, name):
    text = line.split(" " + name + "=")[1]
    return text[1:].split('"')[0] if text.startswith('"') else text.split(" ")[0]
