"""Whether each pin can do what is asked of it, is there to be wired, and has one owner."""

from collections.abc import Iterator

from corolle_tools.boards.definition import Definition, End
from corolle_tools.boards.finding import Finding, listed

_WAKERS = ("fitted.leak", "fitted.presence")
Reason = tuple[str, str]  # what is wrong, why


def pins(board: Definition) -> Iterator[Finding]:
    """Pins that will not do, and those with two owners."""
    owners: dict[int, End] = {}
    for end in board.ends:
        if end.gpio in owners:
            yield _shared(board, owners[end.gpio], end)
            continue
        owners[end.gpio] = end
        if board.is_onboard(end):
            yield from _onboard(board, end)
            continue
        reason = _impossible(board, end) or _reserved(board, end) or _unfit(board, end)
        if reason:
            yield Finding(end.where, *reason, _instead(board, end))
        else:
            yield from _remarks(board, end)
    yield from _elsewhere(board)


def _impossible(board: Definition, end: End) -> Reason | None:
    mcu, gpio, module = board.mcu, end.gpio, board.module
    sources = mcu.sources
    if gpio not in mcu.gpios:
        return f"is no pin of an {mcu.name}", sources["gpios"]
    if gpio in mcu.flash:
        return "is the flash's", sources["flash"]
    if gpio in mcu.memory(board.raw["psram_mb"]):
        return f"is the PSRAM's where {board.raw['psram_mb']} MB are fitted", sources["flash"]
    if gpio in module.taken:
        return f"is taken on the {module.name}, by {module.taken[gpio]}", module.document
    if not module.place(gpio):
        return f"cannot be reached on the {module.name}", module.document
    return None


def _reserved(board: Definition, end: End) -> Reason | None:
    mcu, gpio = board.mcu, end.gpio
    if gpio in mcu.usb:
        return f"is {mcu.usb[gpio]} of USB, and a cable for maintenance must not move anything", mcu.sources[
            "usb"
        ]
    if gpio in mcu.console:
        return f"is {mcu.console[gpio]} of the console", mcu.sources["console"]
    if gpio in mcu.strapping:
        return f"is a strapping pin ({mcu.strapping[gpio]})", mcu.sources["strapping"]
    return None


def _unfit(board: Definition, end: End) -> Reason | None:
    mcu, gpio = board.mcu, end.gpio
    if gpio in mcu.input_only and end.kind.way in ("out", "both"):
        return f"is input only on an {mcu.name}, and {end.kind.at} is driven", mcu.sources["input_only"]
    if gpio in mcu.input_only and end.kind.pull_up and not board.pull_ohm(gpio, "up"):
        why = f"{mcu.sources['input_only']} have no pull-up of their own"
        return f"is input only on an {mcu.name}, and {end.kind.at} wants a pull-up", why
    if end.kind.way == "analog" and gpio in mcu.adc2:
        return "is at ADC2, which cannot measure while Wi-Fi runs", mcu.sources["adc"]
    if end.kind.way == "analog" and gpio not in mcu.adc1:
        return "has no converter", mcu.sources["gpios"]
    return None


def _remarks(board: Definition, end: End) -> Iterator[Finding]:
    mcu, gpio = board.mcu, end.gpio
    if gpio in mcu.jtag:
        right = "Leave it so where nobody wants one"
        yield Finding(
            end.where,
            "leaves no room for a JTAG probe",
            f"{mcu.jtag[gpio]}, {mcu.sources['jtag']}",
            right,
            True,
        )
    if end.kind.pull_up and end.owner.startswith("fitted.") and not board.pull_ohm(gpio, "up"):
        why, right = (
            "the chip's own is some 45 kohm, and a long wire wants more",
            f"pull_up_ohm.{gpio} = 4_700",
        )
        yield Finding(end.where, "has no pull-up of the board", why, f"Right would be {right}", True)
    if end.owner in _WAKERS and board.raw["unit"] == "canopy" and gpio not in mcu.rtc:
        why = f"only pins of the RTC domain do ({mcu.sources['gpios']})"
        yield Finding(end.where, "cannot wake the board from deep sleep", why, _instead(board, end), True)


def _onboard(board: Definition, end: End) -> Iterator[Finding]:
    mcu, gpio = board.mcu, end.gpio
    if gpio in mcu.strapping:
        what = f"is a strapping pin ({mcu.strapping[gpio]})"
        why = f"{mcu.sources['strapping']}; its maker has wired it so ({board.module.document})"
        yield Finding(end.where, what, why, "Put nothing else to it", True)


def _elsewhere(board: Definition) -> Iterator[Finding]:
    """Parts that are on the module, but not where the file has them."""
    module = board.module
    for part, keys in module.onboard.items():
        entry = board.fitted.get(part)
        if entry is None or entry["driver"] != keys["driver"]:
            continue
        bus = board.buses.get(entry.get("bus", ""), {})
        for key, wanted in keys.items():
            in_bus = key in ("sck", "mosi", "miso")
            has = bus.get(key) if in_bus else entry.get(key)
            if key != "driver" and has != wanted:
                owner = f"buses.{entry.get('bus')}" if in_bus else f"fitted.{part}"
                what, right = (
                    f"is not where the {module.name} has its own",
                    f"Right would be {key} = {wanted}",
                )
                yield Finding(f"{owner}.{key} = {has}", what, module.document, right)


def _shared(board: Definition, first: End, second: End) -> Finding:
    why = "one pin, one part: two would drive against each other, or hear each other"
    return Finding(second.where, f"is {first.owner}.{first.key} already", why, _instead(board, second))


def _instead(board: Definition, end: End) -> str:
    return f"Free and fit for it: {listed(f'GPIO{gpio}' for gpio in board.free(end.kind))}"
