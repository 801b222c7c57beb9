"""`command`: an order to a unit or a group, in the name of who is logged in, and what becomes of it."""

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
    meant = talk.units(words)
    *words, lasts = words if _FOR in words else [*words, _FOR, _USUAL]
    if len(words) not in (3, 4) or words[-1] != _FOR:
        raise Usage
    name, verb, *rest = words[:-1]
    obeying = [unit for unit in meant if legal_values(unit.kind, verb)] or meant
    value = _value(talk, obeying[0], verb, rest)
    order_id = await give(talk, name, verb, value, lasts)
    await talk.say("order_given", id=order_id, verb=verb, value=value, lasts=lasts, author=talk.user)
    if name == meant[0].name:
        await follow(talk, name, order_id)
    else:
        await talk.say("order_many", count=len(obeying))
        await _follow_all(talk, name, order_id)


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


async def give(talk: Talk, name: str, verb: str, value: int, lasts: str) -> str:
    """Give it to a unit or a group; its id. Said when it is refused."""
    try:
        for_s = duration.seconds(lasts)
    except ValueError:
        raise Said(talk.text("bad_duration", text=lasts)) from None
    try:
        return await talk.crew.order(name, verb, value, for_s, talk.user)
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


async def _follow_all(talk: Talk, group: str, order_id: str) -> None:
    """Tell how many have come how far, until all have ended or for a minute."""
    loop = asyncio.get_running_loop()
    end_s, told = loop.time() + _FOLLOWED_S, dict[str, int]()
    while loop.time() < end_s:
        standing = await talk.crew.standing(group, order_id)
        if standing != told:
            told = standing
            steps = (f"{count} \u00d7 {talk.language.status(each)}" for each, count in sorted(told.items()))
            await talk.say("order_step", time=talk.time(talk.crew.now()), status=", ".join(steps))
        if told and not set(OPEN_STATUSES) & set(told):
            return
        await asyncio.sleep(_LOOK_S)
    await talk.say("order_waits")


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
        return [*crew.names(), *crew.groups()]
    if len(before) == 1:
        return sorted({verb for unit in crew.members(before[0]) for verb in verbs(unit.kind)})
    return [_FOR]


VERB = Verb("command", _run, _options)
