"""`command`: an order to a unit, in the name of who is logged in, and what becomes of it."""

import asyncio

from corolle.wire.commands import legal_values, verbs

from corolle_gateway import duration
from corolle_gateway.console.outside import Crew, OrderRefused
from corolle_gateway.console.talk import Said, Talk, Usage
from corolle_gateway.console.verbs.verb import Verb
from corolle_gateway.model import OPEN_STATUSES, Command, Unit

_FOR = "for"
_USUAL = "10m"
_FOLLOWED_S = 60.0  # real seconds; a unit that answers later is not waited for
_LOOK_S = 0.2


async def _run(talk: Talk, words: list[str]) -> None:
    it = talk.unit(words).unit
    *words, lasts = words if _FOR in words else [*words, _FOR, _USUAL]
    if len(words) not in (3, 4) or words[-1] != _FOR:
        raise Usage
    verb, *rest = words[1:-1]
    value = _value(talk, it, verb, rest)
    order_id = await give(talk, it, verb, value, lasts)
    await talk.say("order_given", id=order_id, verb=verb, value=value, lasts=lasts, author=talk.user)
    await follow(talk, it.name, order_id)


def _value(talk: Talk, it: Unit, verb: str, rest: list[str]) -> int:
    legal = legal_values(it.kind, verb)
    if legal is None:
        known = ", ".join(verbs(it.kind))
        raise Said(talk.text("verbs_of", kind=talk.text(f"kind_{it.kind}"), verbs=known))
    low, high, measure = legal
    if low == high == 0:
        if rest:
            raise Said(talk.text("value_none", verb=verb))
        return 0
    if not rest or not rest[0].isdecimal() or not low <= int(rest[0][:9]) <= high:
        raise Said(talk.text("value_range", verb=verb, low=low, high=f"{high}\u00a0{measure}".strip()))
    return int(rest[0])


async def give(talk: Talk, it: Unit, verb: str, value: int, lasts: str) -> str:
    """Give it; its id. Said when it is refused."""
    try:
        for_s = duration.seconds(lasts)
    except ValueError:
        raise Said(talk.text("bad_duration", text=lasts)) from None
    try:
        return await talk.crew.order(it.name, verb, value, for_s, talk.user)
    except OrderRefused as refused:
        reason = talk.language.refusal(refused.cause, str(refused))
        raise Said(talk.text("order_refused", reason=reason)) from None


async def follow(talk: Talk, unit: str, order_id: str) -> Command | None:
    """Tell each step until the order has ended, or for a minute; the order as it is then."""
    loop = asyncio.get_running_loop()
    end_s, told, order = loop.time() + _FOLLOWED_S, "", None
    while loop.time() < end_s:
        order = await talk.crew.command(unit, order_id)
        if order and f"{order.status} {order.reason}" != told:
            told = f"{order.status} {order.reason}"
            await _tell(talk, order)
        if order and order.status not in OPEN_STATUSES:
            return order
        await asyncio.sleep(_LOOK_S)
    await talk.say("order_waits")
    return order


async def _tell(talk: Talk, order: Command) -> None:
    status, time = talk.language.status(order.status), talk.time(talk.crew.now())
    if order.status == "acknowledged":
        await talk.say("order_step_why", time=time, status=status, reason=talk.language.reason(order.reason))
    elif order.reason and order.status not in OPEN_STATUSES:
        await talk.say("order_step_why", time=time, status=status, reason=order.reason)
    else:
        await talk.say("order_step", time=time, status=status)


def _options(crew: Crew, before: list[str]) -> list[str]:
    if not before:
        return crew.names()
    if len(before) == 1 and before[0] in crew.names():
        return verbs(crew.unit(before[0]).unit.kind)
    return [_FOR]


VERB = Verb("command", _run, _options)
