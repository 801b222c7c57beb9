"""A town is dimmed: by an order to each lamp, and by one to all of them."""

import json
import random
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from corolle_tools.bench.lamps import Lamp
from corolle_tools.bench.processes import TOPICS
from corolle_tools.bench.progress import Tell
from corolle_tools.bench.town import Town

_FOR_S = 4 * 3600
_DEAF_SHARE = 0.01  # of those that a group is told together: all three copies drown


def one_by_one(town: Town, count: int, tell: Tell) -> list[float]:
    """An order to each of the first lamps by itself, until all have acknowledged or their time is over.

    Returns after how many street seconds the city knew of each lamp's obedience; so does together().
    """
    names = [lamp.name for lamp in town.lamps[:count]]
    return _dim(
        town,
        set(names),
        lambda order: [order(name, 20) for name in names],
        lambda done: tell("dimmed one by one", done, count),
    )


def together(town: Town, chance: random.Random, tell: Tell) -> list[float]:
    """One order to all lamps, who answer within the time they are given; who does not hear is told alone."""

    def hear(lamp: Lamp, within_s: float, order: dict[str, int]) -> None:
        if chance.random() >= _DEAF_SHARE:
            at_s = town.time.now_s + chance.uniform(0, within_s)
            town.at(at_s, lambda: town.say(lamp, "acks", lamp.verdict(order)) and None)

    town.on_group = hear
    names = {lamp.name for lamp in town.lamps}
    return _dim(
        town,
        names,
        lambda order: order(town.group.name, 10),
        lambda done: tell("dimmed together", done, len(town.lamps)),
    )


def _dim(
    town: Town,
    left: set[str],
    give: Callable[[Callable[[str, int], None]], Any],
    told: Callable[[int], None],
) -> list[float]:
    """Have `give` order."""
    dimmed_s: list[float] = []
    city = Client(CallbackAPIVersion.VERSION2, "bench-fleet")
    begun_s = town.time.now_s

    def answered(_: Client, __: Any, message: Any) -> None:
        body = json.loads(message.payload)
        if body["status"] == "acknowledged" and body["unit"] in left:
            left.discard(body["unit"])
            dimmed_s.append(town.time.now_s - begun_s)

    def order(name: str, level_pct: int) -> None:
        said = {"id": f"dim-{level_pct}", "verb": "level", "value": level_pct, "for_s": _FOR_S}
        city.publish(f"{TOPICS}/{name}/command", json.dumps(said | {"author": "bench"}), qos=1)

    city.on_message = answered
    city.connect("127.0.0.1", town.broker_port)
    city.subscribe(f"{TOPICS}/+/ack", qos=1)
    give(order)
    while left and town.time.now_s < begun_s + _FOR_S:
        town.turn()
        city.loop(0.001)
        told(len(dimmed_s))
    city.disconnect()
    return dimmed_s
