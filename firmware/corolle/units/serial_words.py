"""What the node's console understands and says. In memory while one line is answered.

Each line of an answer begins with ": ", so that it is none of the log's; the last one is ". done", or "! "
and what was wrong. The requests are those of wire/gatt_words.py, answered by the same desk.
"""

import os

from corolle.system.version import VERSION
from corolle.wire.compat import const
from corolle.wire.errors import FrameError
from corolle.wire.gatt_words import OUTCOMES, REQUESTS, request
from corolle.wire.orders import ACK, COMMAND
from corolle.wire.packer import encode
from corolle.wire.unpacker import unpack
from corolle.wire.words import VERBS, VERDICTS, code_of, word_of

_AUTHOR = const("serial")
_USUAL_S = const(600)
_HELP = """
show                              who it is, what it does and why, what it measures, what is wrong
command VERB [VALUE] [for 10m]    an order, as from the city
settings [NAME] or NAME=VALUE ... all, one, or change some
log, crash                        the log it keeps, the last crash
self-test                         test all parts: a minute or two
verdict                           what the last test has found
time [UNIX_S]                     its clock, or set it
restart                           begin anew; orders, settings and counters stay
"""


class _Refused(Exception):
    """Said after "! "."""


def answer(line: str, desk, kind: str, common, unit) -> None:
    """Print the answer to a line, whatever it is."""
    verb, *rest = line.split()
    try:
        if verb not in _VERBS:
            raise _Refused(f"no {verb!r} here: " + ", ".join(sorted(_VERBS)))
        for told in _VERBS[verb](rest, desk, kind, common, unit):
            print(":", told)
    except (_Refused, FrameError, OSError, OverflowError, ValueError, MemoryError) as error:
        print("!", error)
        return
    print(". done")


def _ask(desk, word: str, body: bytes = b"") -> bytes:
    """The desk's answer to a request."""
    told = desk.answer(request(code_of(REQUESTS, word), 0, body))
    if told[2]:
        raise _Refused(word_of(OUTCOMES, told[2]) + (": " + told[3:].decode() if told[3:] else ""))
    return told[3:]


def _pages(desk, word: str, name: bytes = b"") -> str:
    """The whole of a text that comes in pages. No task runs between two, so it stands still."""
    text, start, more = b"", 0, True
    while more:
        page = _ask(desk, word, name + start.to_bytes(2, "little"))
        text += page[4:]
        start = int.from_bytes(page[:2], "little")
        more = start > 0
    return text.decode()


def _kept(desk, word: str) -> list:
    text = _pages(desk, word)
    if not text:
        raise _Refused("there is none")
    return text.split("\n")


def _help(rest, desk, kind, common, unit):
    return _HELP.strip().split("\n")


def _show(rest, desk, kind, common, unit):
    yield f"unit={kind} {common.dev_eui} firmware={VERSION} uptime_s={common.clock.uptime_s()}"
    yield from _ask(desk, "self-test").decode().split("\n")
    values = unit.values()
    for name in sorted(values):
        if values[name] is not None and name not in ("faults", "reason"):
            yield f"{name}={values[name]}"


def _command(rest, desk, kind, common, unit):
    lasts_s = _USUAL_S
    if "for" in rest:
        place = rest.index("for")
        lasts_s, rest = _duration_s(" ".join(rest[place + 1 :])), rest[:place]
    if len(rest) not in (1, 2):
        raise _Refused("command VERB [VALUE] [for 10m]")
    fields = {"verb": code_of(VERBS, rest[0]), "value": int(rest[1]) if len(rest) > 1 else 0}
    fields["until_s"], fields["author"] = common.clock.now() + lasts_s, _AUTHOR
    fields["id"] = int.from_bytes(os.urandom(2), "little")
    verdict = word_of(VERDICTS, unpack(ACK, _ask(desk, "command", encode(COMMAND, fields)))["verdict"])
    if verdict != "accepted":
        raise _Refused(verdict)
    reason, value = unit.output()
    return (f"accepted, output={value} {reason}",)


def _duration_s(text: str) -> int:
    seconds = {"s": 1, "m": 60, "h": 3600}.get(text[-1:])
    if not seconds or not text[:-1].isdigit():
        raise _Refused(f"for {text}: 90s, 10m or 2h")
    return int(text[:-1]) * seconds


def _settings(rest, desk, kind, common, unit):
    if rest and "=" in rest[0]:
        return _ask(desk, "set", "\n".join(rest).encode()).decode().split("\n")
    return _pages(desk, "settings", rest[0].encode() if rest else b"").split("\n")


def _log(rest, desk, kind, common, unit):
    return common.log.lines()


def _crash(rest, desk, kind, common, unit):
    return _kept(desk, "crash")


def _test(rest, desk, kind, common, unit):
    _ask(desk, "self-test", b"\1")
    return ("it begins; `verdict` tells when the log says state=ends",)


def _verdict(rest, desk, kind, common, unit):
    return _kept(desk, "verdict")


def _time(rest, desk, kind, common, unit):
    body = int(rest[0]).to_bytes(4, "little") if rest else b""
    _ask(desk, "time", body)
    return (common.clock.stamp(),)


def _restart(rest, desk, kind, common, unit):
    _ask(desk, "restart")
    return ()


_VERBS = {
    "help": _help,
    "show": _show,
    "command": _command,
    "settings": _settings,
    "log": _log,
    "crash": _crash,
    "self-test": _test,
    "verdict": _verdict,
    "time": _time,
    "restart": _restart,
}
