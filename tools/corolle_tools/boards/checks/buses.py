"""Buses: which host, how fast, who is at them, and whether two answer at once."""

from collections.abc import Iterator
from typing import Any

from corolle_tools.boards.definition import Definition
from corolle_tools.boards.finding import Finding, listed
from corolle_tools.boards.parts import BUSES

_SPEED = {"spi": "baudrate_hz", "i2c": "freq_hz", "uart": "baudrate"}
_PULL_OHM = (1000, 10_000)


def buses(board: Definition) -> Iterator[Finding]:
    """What is wrong between buses, and between the parts of one."""
    hosts: dict[tuple[str, int], str] = {}
    for name, entry in board.buses.items():
        yield from _host(board, name, entry, hosts)
        yield from _parts(board, name, entry)
        if entry["kind"] == "i2c":
            yield from _pull_ups(board, name, entry)
    yield from _addresses(board)


def _host(
    board: Definition, name: str, entry: dict[str, Any], hosts: dict[tuple[str, int], str]
) -> Iterator[Finding]:
    kind, number = entry["kind"], entry.get("id")
    if type(number) is not int:
        return
    where = f"buses.{name}.id = {number}"
    legal: tuple[int, ...] = getattr(board.mcu, kind)
    has = f"an {board.mcu.name} has {kind} {listed(legal, 'and')}"
    if number not in legal:
        why = board.mcu.sources[{"spi": "hosts", "uart": "console"}[kind]] if number == 0 else has
        yield Finding(where, f"is no {kind} host that can be had", why, f"Right would be {listed(legal)}")
    elif (kind, number) in hosts:
        free = [host for host in legal if (kind, host) not in hosts]
        why, what = f"{has}, each with one set of pins", f"is buses.{hosts[kind, number]} already"
        yield Finding(where, what, why, f"Free: {listed(free)}")
    hosts.setdefault((kind, number), name)


def _parts(board: Definition, name: str, entry: dict[str, Any]) -> Iterator[Finding]:
    parts, key = board.on_bus(name), _SPEED[entry["kind"]]
    if not parts:
        yield Finding(
            f"buses.{name}", "has nobody at it", "its pins are spent", "Strike it, or fit a part", True
        )
    speed = entry.get(key)
    for part in parts:
        driver = board.driver(part)
        if driver.alone and len(parts) > 1:
            others = listed((other for other in parts if other != part), "and")
            what, right = f"shares buses.{name} with {others}", "Right would be a bus of its own"
            yield Finding(f"fitted.{part}", what, f"{driver.title} answers whoever speaks", right)
        if not isinstance(speed, int) or BUSES[entry["kind"]][key].fault(speed) or not driver.of_speed:
            continue
        right = f"Right would be {listed(f'{legal:_}' for legal in driver.speeds)}"
        if not driver.speeds:
            right = f"Right would be up to {driver.fastest:_}"
        if speed not in driver.speeds if driver.speeds else speed > driver.fastest:
            yield Finding(f"buses.{name}.{key} = {speed}", f"will not do for {part}", driver.of_speed, right)


def _pull_ups(board: Definition, name: str, entry: dict[str, Any]) -> Iterator[Finding]:
    lowest, highest = _PULL_OHM
    for key in ("sda", "scl"):
        gpio = entry.get(key)
        ohm = board.pull_ohm(gpio, "up") if isinstance(gpio, int) else 0
        why = "I2C is open drain: it rises by its pull-ups alone (UM10204, 7.1)"
        right = f"Right would be 4_700 ohm, within {lowest:_} to {highest:_}"
        if ohm is None:
            yield Finding(f"buses.{name}.{key} = {gpio}", "has no pull-up of the board", why, right, True)
        elif isinstance(ohm, int) and ohm and not lowest <= ohm <= highest:
            yield Finding(f"pull_up_ohm.{gpio} = {ohm}", "will not do for I2C", why, right)


def _addresses(board: Definition) -> Iterator[Finding]:
    """Chips of one address on one bus; and inputs of one converter with two parts."""
    chips: dict[tuple[Any, Any], str] = {}
    for part, entry in board.fitted.items():
        if not isinstance(entry.get("address"), int) or not isinstance(entry.get("bus"), str):
            continue
        place = entry["bus"], entry["address"]
        first = chips.setdefault(place, part)
        if first != part and not (
            board.driver(part).chip and board.driver(part).chip == board.driver(first).chip
        ):
            where = f"fitted.{part}.address = 0x{entry['address']:02x}"
            what, why = (
                f"is fitted.{first}'s already",
                f"both would answer on {entry['bus']} (UM10204, 3.1.10)",
            )
            yield Finding(where, what, why, "Right would be another address, or another bus")
    yield from _inputs(board)


def _inputs(board: Definition) -> Iterator[Finding]:
    """Inputs of one converter with two sensors."""
    inputs = [
        (entry.get("bus"), entry.get("address"), channel, part)
        for part, entry in board.fitted.items()
        for channel in _channels(entry)
    ]
    for number, (bus, at, channel, part) in enumerate(inputs):
        first = next(other for *place, other in inputs if place == [bus, at, channel])
        if (bus, at, channel) in [it[:3] for it in inputs[:number]] and isinstance(at, int):
            taken = {has for on, where, has, _ in inputs if (on, where) == (bus, at)}
            what = f"has input AIN{channel} of 0x{at:02x}, which is fitted.{first}'s already"
            free = listed(n for n in range(4) if n not in taken)
            yield Finding(f"fitted.{part}", what, "an input has one sensor", f"Free there: {free}")


def _channels(entry: dict[str, Any]) -> list[int]:
    channels = entry.get("channels", [entry.get("channel")])
    return [each for each in channels if type(each) is int] if isinstance(channels, list) else []
