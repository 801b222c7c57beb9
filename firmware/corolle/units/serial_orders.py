"""What is ordered at the node's console: checked and carried out as if it came from a crew by radio."""

import os

from corolle.units.orders import obey
from corolle.wire.compat import const
from corolle.wire.gatt_words import OUTCOMES, REQUESTS, request
from corolle.wire.seldom import borrowed
from corolle.wire.words import VERBS, VERDICTS, code_of, word_of

_AUTHOR = const("serial")
_USUAL_S = const(600)
_ORDER = ("corolle.wire.orders", "corolle.wire.packer", "corolle.wire.bits", "corolle.wire.fields")


def take(verb: str, rest: list, desk, kind: str, common, unit) -> None:
    """Do it and print what there is to say. ValueError says why it was not done."""
    if verb == "command":
        _command(rest, kind, common, unit)
    elif verb == "time":
        _ask(desk, verb, int(rest[0]).to_bytes(4, "little") if rest else b"")
        print(":", common.clock.stamp())
    elif verb == "settings":
        _set(rest, common, unit)
    elif verb == "self-test":
        _ask(desk, verb, b"\1")
        print(": it begins; `verdict` tells when the log says state=ends")
    else:
        _ask(desk, verb)


def _set(rest: list, common, unit) -> None:
    """As for a crew (units/near_answers.py), in less memory; all of them or none."""
    pairs = [pair.partition("=") for pair in rest]
    common.settings.change({name: int(value) for name, _, value in pairs})
    unit.look_again(0)
    common.log("settings", by=_AUTHOR, names=",".join([pair[0] for pair in pairs]))
    common.reporter.event("settings changed", len(pairs))
    for name, _, _ in pairs:
        print(f": {name}={common.settings[name]}")


def _ask(desk, word: str, body: bytes = b"") -> bytes:
    """The desk's answer to a request of wire/gatt_words.py."""
    told = desk.answer(request(code_of(REQUESTS, word), 0, body))
    if told[2]:
        raise ValueError(told[3:].decode() or word_of(OUTCOMES, told[2]))
    return told[3:]


def _command(rest: list, kind: str, common, unit) -> None:
    lasts_s = _USUAL_S
    if "for" in rest:
        place = rest.index("for")
        lasts_s, rest = _duration_s(" ".join(rest[place + 1 :])), rest[:place]
    if len(rest) not in (1, 2):
        raise ValueError("command VERB [VALUE] [for 10m]")
    fields = {"verb": code_of(VERBS, rest[0]), "value": int(rest[1]) if len(rest) > 1 else 0}
    fields["until_s"], fields["author"] = common.clock.now() + lasts_s, _AUTHOR
    fields["id"] = int.from_bytes(os.urandom(2), "little")
    with borrowed(*_ORDER) as orders:
        from corolle.wire.packer import encode

        payload = encode(orders.COMMAND, fields)
    ack = obey(kind, common, unit, payload)
    verdict = word_of(VERDICTS, ack["verdict"]) if ack else "malformed"
    if verdict != "accepted":
        raise ValueError(verdict)
    reason, value = unit.output()
    print(f": accepted, output={value} {reason}")


def _duration_s(text: str) -> int:
    seconds = {"s": 1, "m": 60, "h": 3600}.get(text[-1:])
    if not seconds or not text[:-1].isdigit():
        raise ValueError(f"for {text}: 90s, 10m or 2h")
    return int(text[:-1]) * seconds
