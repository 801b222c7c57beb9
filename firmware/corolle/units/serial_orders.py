"""What is ordered at the node's console: checked and carried out as if it came from a crew by radio."""

import os

from corolle.system.clock import NETWORK
from corolle.units.orders import obey
from corolle.wire.compat import const
from corolle.wire.seldom import borrowed
from corolle.wire.words import VERBS, VERDICTS, code_of, word_of

_AUTHOR = const("serial")
_USUAL_S = const(600)
_DESK = const("corolle.units.near_desk")
_REQUESTS = const("corolle.wire.gatt_words")
_ORDER = ("corolle.wire.orders", "corolle.wire.packer", "corolle.wire.bits", "corolle.wire.fields")


def take(verb: str, rest: list, kind: str, common, unit) -> None:
    """Do it and print what there is to say. ValueError says why it was not done."""
    if verb == "command":
        _command(rest, kind, common, unit)
    elif verb == "time":
        if rest and not common.clock.set(int(rest[0]), quality=NETWORK):
            raise ValueError("a clock shows 2026 to 2099")
        print(":", common.clock.stamp())
    elif verb == "settings":
        _set(rest, common, unit)
    elif verb == "self-test":
        if not unit.test():
            raise ValueError("it does already")
        print(": it begins; `verdict` tells when the log says state=ends")
    else:
        with borrowed(_REQUESTS) as words, borrowed(_DESK) as near_desk:
            near_desk.NearDesk(kind, common, unit, _AUTHOR).answer(
                words.request(code_of(words.REQUESTS, verb), 0)
            )


def _set(rest: list, common, unit) -> None:
    """As for a crew (units/near_answers.py), in less memory; all of them or none."""
    pairs = [pair.partition("=") for pair in rest]
    common.settings.change({name: int(value) for name, _, value in pairs})
    unit.look_again(0)
    common.log("settings", by=_AUTHOR, names=",".join([pair[0] for pair in pairs]))
    common.reporter.event("settings changed", len(pairs))
    for name, _, _ in pairs:
        print(f": {name}={common.settings[name]}")


def _command(rest: list, kind: str, common, unit) -> None:
    lasts_s = _USUAL_S
    if "for" in rest:
        place = rest.index("for")
        lasts_s, rest = _duration_s(" ".join(rest[place + 1 :])), rest[:place]
    if len(rest) not in (1, 2):
        raise ValueError("command VERB [VALUE] [for 10m]")
    fields: dict = {"verb": code_of(VERBS, rest[0]), "value": int(rest[1]) if len(rest) > 1 else 0}
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
