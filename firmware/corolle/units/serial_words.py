"""What the node's console understands and says. In memory while one line is answered.

Each line of an answer begins with ": ", so that it is none of the log's; the last one is ". done", or "! "
and what was wrong.
"""

from corolle.system.settings import rows
from corolle.system.version import VERSION
from corolle.units.near_desk import NearDesk
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_ORDERS = const("corolle.units.serial_orders")
_ORDERING = const("command time restart self-test")
_SETTINGS = const("settings")
_HELP = """show                               who it is, what it does and why, what it measures, what is wrong
command VERB [VALUE] [for 10m]     an order, as from the city
settings [NAME | NAME=VALUE ...]   all, one, or change some
log | crash                        the log that it keeps | its last crash
self-test | verdict                test all parts, for a minute or two | what the last test has found
time [UNIX_S]                      its clock, or set it
restart                            begin anew; orders, settings and counters stay"""


def answer(line: str, kind: str, common, unit) -> None:
    """Print the answer to a line, whatever it is."""
    verb, *rest = line.split()
    desk = NearDesk(kind, common, unit, "serial")
    try:
        if verb in _ORDERING.split() or (verb == _SETTINGS and "=" in line):
            with borrowed(_ORDERS) as orders:
                orders.take(verb, rest, desk, kind, common, unit)
        else:
            for told in _told(verb, rest, desk, kind, common, unit):
                print(":", told)
    except (OSError, OverflowError, ValueError, MemoryError) as error:
        print("!", error)
        return
    print(". done")


def _told(verb: str, rest: list, desk, kind: str, common, unit):
    """The lines of an answer. ValueError says why there is none."""
    if verb == "show":
        return _show(desk, kind, common, unit)
    if verb == _SETTINGS:
        return _settings(common, rest[0] if rest else "")
    if verb == "log":
        return common.log.lines()
    if verb in ("crash", "verdict"):
        return _kept(common, "crash" if verb == "crash" else "self-test")
    if verb == "help":
        return _HELP.split("\n")
    raise ValueError(f"{verb!r} is no verb here: see help")


def _show(desk, kind: str, common, unit):
    yield f"unit={kind} {common.dev_eui} firmware={VERSION} uptime_s={common.clock.uptime_s()}"
    yield from desk.findings().decode().split("\n")
    values = unit.values()
    for name in sorted(values):
        if values[name] is not None and name not in ("faults", "reason"):
            yield f"{name}={values[name]}"


def _settings(common, wanted: str):
    known = False
    for row in rows(*common.settings.tables):
        if wanted in ("", row[0]):
            known = True
            yield f"{row[0]}={common.settings[row[0]]}"
    if not known:
        raise ValueError(f"{wanted} is not a setting")


def _kept(common, record: str):
    """The lines of a record of the store, one at a time: memory has no room for all of them twice."""
    text, start = common.store.load(record), 0
    if not text:
        raise ValueError("there is none")
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end].decode()
        start = end + 1
