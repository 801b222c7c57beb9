"""`corolle command UNIT VERB [VALUE]`: an order to a unit, and what becomes of it."""

import secrets
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from corolle.wire.commands import verbs
from corolle_gateway import duration
from corolle_gateway.clock import Clock, FileClock, SystemClock
from corolle_gateway.model import iso_utc

from corolle_tools import running
from corolle_tools.broker_url import BrokerUrl
from corolle_tools.order_desk import OrderDesk, units_of

_ENDS = {"acknowledged": 0, "refused": 1, "expired": 1, "failed": 1}  # status: exit status
_USAGE = 2
_VERBS = f"Of a lamp {', '.join(verbs('lamp'))}; of a canopy {', '.join(verbs('canopy'))}."
_ANSWER_S = 10.0  # real seconds within which a gateway says at least that it has the order
_MARGIN_S = 60.0  # street seconds after an order's end by which the gateway has told how it ended


def command(
    unit: Annotated[str, typer.Argument(help="The unit's name, as the street shows it.")],
    verb: Annotated[str, typer.Argument(help=_VERBS)],
    value: Annotated[int | None, typer.Argument(help="The verb's value.")] = None,
    lasts: Annotated[str, typer.Option("--for", metavar="TIME", help="How long: 90s, 10m, 2h.")] = "10m",
    author: Annotated[str, typer.Option(help="Who orders it; the reason names them.")] = "ops",
    group: Annotated[
        bool, typer.Option("--group", help="UNIT is a group's name, a site's or a kind's.")
    ] = False,
    broker: Annotated[
        str | None, typer.Option(metavar="URL", help="A broker other than the street's.")
    ] = None,
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of the street meant.")] = None,
) -> None:
    """Order a unit to do something for a time, and wait until it has answered; or many of them at once.

    Ends with 0 when all have acknowledged, with 1 when the order was refused, has failed or expired.
    """
    try:
        lasts_s = duration.seconds(lasts)
        address, topics, clock, speed = find(broker, state)
        if unit not in topics and not group:
            raise ValueError(f"no unit {unit!r}: there are {', '.join(topics) or 'none yet'}")
        # Not for_s, which counts from when the gateway has it: the broker may keep it for one that is away.
        order = {"id": secrets.token_hex(6), "verb": verb, "until": clock.now() + lasts_s, "author": author}
        with OrderDesk(address, f"{base_of(unit, topics)}/{unit}") as desk:
            desk.give(order | ({} if value is None else {"value": value}))
            status = _follow(desk, order["until"], (lasts_s + _MARGIN_S) / speed)
    except (ValueError, running.NoStreet, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_USAGE) from None
    raise typer.Exit(_ENDS.get(status, 1))


def find(broker: str | None, state: Path | None) -> tuple[BrokerUrl, dict[str, str], Clock, float]:
    """The broker, the topics of its units by name, what time it is there, and how fast that goes."""
    if broker and not state:
        address = BrokerUrl.parse(broker)
        return address, units_of(address), SystemClock(), 1.0
    street = running.find(state)
    topics = {name: f"corolle/{street.site}/{street.gateway}/{name}" for name in street.units}
    return BrokerUrl.parse(broker or street.broker), topics, FileClock(Path(street.clock)), street.speed


def base_of(name: str, topics: dict[str, str]) -> str:
    """The topic of the gateway that knows somebody of that name. ValueError: it may be one of several."""
    if name in topics:
        return topics[name].rpartition("/")[0]
    bases = {topic.rpartition("/")[0] for topic in topics.values()}
    if len(bases) != 1:
        raise ValueError(f"no unit {name!r}, and {len(bases)} gateways that may have such a group")
    return bases.pop()


def _follow(desk: OrderDesk, until_s: float, lasts_s: float) -> str:
    """Print each answer to the order given, and return the last status.

    `until_s` is its end by the street's time; within `lasts_s` real seconds the gateway tells how it ended.
    """
    status, patience_s = "", _ANSWER_S
    while status not in _ENDS:
        answer = desk.next_answer(patience_s)
        if answer is None:
            waits = f"the gateway does not answer: the order may wait at the broker until {iso_utc(until_s)}"
            raise TimeoutError(f"no word after {status!r}" if status else waits)
        status = str(answer.get("status"))
        print(_told(answer), flush=True)
        patience_s = max(_ANSWER_S, lasts_s)
    return status


def _told(answer: dict[str, Any]) -> str:
    at = str(answer.get("time", ""))[11:19]
    why = f": {answer['reason']}" if answer.get("reason") else ""
    units = f", {answer['value']} of {answer['units']} units" if "units" in answer else ""
    return f"{at}  {answer.get('status')}{units}{why}"
