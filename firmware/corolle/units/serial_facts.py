"""What the node's console tells: who it is, what it does and why, what it keeps."""

from corolle.system.settings import rows
from corolle.system.version import VERSION
from corolle.units.near_desk import NearDesk
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed

_HELP = const("corolle.units.serial_help")


def told(verb: str, rest: list, kind: str, common, unit):
    """The lines of an answer. ValueError says why there is none."""
    if verb == "show":
        return _show(kind, common, unit)
    if verb == "settings":
        return _settings(common, rest[0] if rest else "")
    if verb == "log":
        return common.log.lines()
    if verb in ("crash", "verdict"):
        return _kept(common, "crash" if verb == "crash" else "self-test")
    if verb == "help":
        with borrowed(_HELP) as help_:
            return help_.TEXT.split("\n")
    raise ValueError(f"{verb!r} is no verb here: see help")


def _show(kind: str, common, unit):
    yield f"unit={kind} {common.dev_eui} firmware={VERSION} uptime_s={common.clock.uptime_s()}"
    yield from NearDesk(kind, common, unit, "serial").findings().decode().split("\n")
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
