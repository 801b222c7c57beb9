"""What a self-test comes to. In memory once the tests are over, for they need the room."""

from corolle.wire.compat import const

_RECORD = const("self-test")
_VERDICTS = ("good", "bad", "untested", "not fitted")
_SILENT = const("bad: nothing on it answers: wires, pull-ups, supply?")


def complete(common, lines: list) -> None:
    """What is fitted and nobody could speak of did not answer when the unit was put together."""
    buses: dict = {}
    for part in common.fitted.split():
        name, _, bus = part.partition("@")
        found = [line for line in lines if line.startswith(name + "=")]
        if not found:
            why = "untested: safe mode" if common.safe_mode else "bad: was not there at the boot"
            found = [f"{name}={why}"]
            lines.append(found[0])
        if bus:
            buses.setdefault(bus, []).append(found[0].split("=")[1][:4])
    for bus, verdicts in buses.items():
        silent, parts = verdicts.count("bad:"), len(verdicts)
        works = f"good: {parts - silent} of {parts} answer"
        lines.append(f"bus {bus}={works if silent < parts else _SILENT}")


def tell(common, lines: list) -> None:
    """Keep it, and say so. Empties `lines`."""
    counts = [sum(1 for line in lines if f"={verdict}" in line) for verdict in _VERDICTS]
    bad = counts[1]
    for line in lines:
        part, _, found = line.partition("=")
        if found.startswith("bad"):
            common.log("self_test", level="warn", part=part, found=found)
    sums = ", ".join([f"{counts[place]} {_VERDICTS[place]}" for place in range(len(_VERDICTS))])
    lines.insert(0, f"self-test={'bad' if bad else 'good'}: {common.clock.stamp()}, {sums}")
    record = "\n".join(lines).encode()
    lines.clear()  # a small heap has no room for so many copies
    common.save(_RECORD, record)
    common.log("self_test", state="ends", good=counts[0], bad=bad, untested=counts[2])
    common.reporter.event("self-test", bad)
