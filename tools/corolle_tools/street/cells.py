"""What a view says of one unit, cell by cell."""

from rich.text import Text

from corolle_tools.street.ledger import Record, UnitState
from corolle_tools.street.marks import Marks

# name in the report, digits, sign; most important first.
_LAMP_READINGS = (
    ("power_w", 1, "W"),
    ("passages", 0, "passed"),
    ("temperature_c", 0, "C"),
)
_CANOPY_READINGS = (("air_temperature_c", 0, "C"), ("litres_today", 1, "l today"), ("battery_v", 2, "V"))

_LINES = {"mist": "misting", "purge": "purging"}
_OUT_OF_SERVICE = ("drained", "disinfection due", "locked")  # of SANITARY_STATES: only a person ends them

_BAR_CELLS = 6
_DARK, _FULL = (110, 100, 80), (255, 214, 120)  # a lamp's colour at 0 and 100 %
_WATER = "bright_cyan"
_DIM = "bright_black"

# LoRa is received down to about -20 dB SNR at SF12 and -7.5 dB at SF7 (SX1276 datasheet, table 13).
_FLOOR_SNR_DB = {7: -7.5, 8: -10, 9: -12.5, 10: -15, 11: -17.5, 12: -20}
_BLE_FLOOR_DBM = -94  # an ESP32's receiver at 1 Mbit/s
_GOOD_MARGIN_DB = 20


def glow(level_pct: int) -> str:
    """The colour of a lamp at a level."""
    shade = (round(dark + (full - dark) * level_pct / 100) for dark, full in zip(_DARK, _FULL, strict=True))
    return f"rgb({','.join(map(str, shade))})"


def output(unit: UnitState, marks: Marks) -> Text:
    """What the unit does: a level as a bar and a figure, a valve as a word."""
    if unit.value is None:
        return Text("?", style=_DIM)
    if unit.kind == "canopy":
        return _water(unit)
    bar = (marks.bar(unit.value, _BAR_CELLS), glow(unit.value))
    return Text.assemble(bar, (f" {unit.value:3d} %", "bold" if unit.value else _DIM))


def _water(unit: UnitState) -> Text:
    """A canopy's water: what its mist line does goes before the drip valve, which moves seldom."""
    for line, word in _LINES.items():
        if line in unit.lines:
            return Text(word, style=f"bold {_WATER}")
    return Text("valve open", style=f"bold {_WATER}") if unit.value else Text("valve shut")


def reason(unit: UnitState) -> Text:
    """Why it does that, and the faults that are present."""
    text = Text(unit.reason, style="magenta" if unit.reason.startswith("override") else "")
    state = unit.service.get("sanitary_state")
    if state in _OUT_OF_SERVICE:
        text.append(f" [mist: {state}]", style="yellow")
    for fault in unit.report.get("faults", ()):
        text.append(f" !{fault}", style="bold red")
    return text


def readings(unit: UnitState, marks: Marks, wide: bool) -> Text:
    """What it measured last: the two figures that matter most, or all of them."""
    measured = _CANOPY_READINGS if unit.kind == "canopy" else _LAMP_READINGS
    parts = [_soil(unit.report)] if "soil1_vwc_pct" in unit.report else []
    for name, digits, sign in measured:
        if (value := unit.report.get(name)) is not None:
            parts.append(f"{value:.{digits}f} {marks.degree if sign == 'C' else sign}")
    return Text(marks.dot.join(parts) if wide else " ".join(parts[:2]))


def _soil(report: Record) -> str:
    """The three probes side by side; one that does not answer is a dash."""
    values = (report.get(f"soil{probe}_vwc_pct") for probe in (1, 2, 3))
    return "/".join("-" if value is None else f"{value:.0f}" for value in values) + " %"


def link(unit: UnitState, marks: Marks, wide: bool) -> Text:
    """By which link it was heard last, and how well.

    Bars show the margin above the weakest signal still received, the figure is its strength.
    """
    radio = unit.radio
    if unit.is_near:
        return _strength(radio["rssi_dbm"], radio["rssi_dbm"] - _BLE_FLOOR_DBM, "BLE", marks, wide)
    if "snr_db" not in radio:
        return Text("joined" if unit.joined else "joining", style=_DIM)
    spreading = 12 - radio.get("dr", 0)
    margin_db = radio["snr_db"] - _FLOOR_SNR_DB.get(spreading, -20)
    by = f"LoRa SF{spreading}" if wide else "LoRa"
    return _strength(radio["rssi_dbm"], margin_db, by, marks, wide)


def _strength(rssi_dbm: float, margin_db: float, by: str, marks: Marks, wide: bool) -> Text:
    style = "green" if margin_db > _GOOD_MARGIN_DB / 2 else "yellow" if margin_db > 3 else "red"
    strength = f" {rssi_dbm:.0f}".replace("-", marks.minus)
    bars = (marks.strength(margin_db / _GOOD_MARGIN_DB), style)
    return Text.assemble(bars, f"{strength} dBm {by}" if wide else f"{strength} {by}")


def age(unit: UnitState, now_s: float) -> Text:
    """How long ago it was heard."""
    return Text("never" if unit.heard_s is None else span(now_s - unit.heard_s), style=_DIM)


def span(seconds: float) -> str:
    """A length of time in its largest whole unit."""
    for size, sign in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {sign}"
    return f"{max(seconds, 0):.0f} s"


def happening(record: Record) -> Text:
    """One record of the last events, as a sentence."""
    told = _SENTENCES.get(record["type"], _event)(record)
    time = str(record.get("time", ""))[11:19]
    return Text.assemble((f"{time:8}  ", _DIM), (f"{record.get('unit', 'gateway'):10} ", "bold"), told)


def _decision(record: Record) -> str:
    value = record.get("value")
    if record.get("output") == "light":
        return f"light {value} %: {record.get('reason')}"
    return f"{record.get('output')} {'open' if value else 'shut'}: {record.get('reason')}"


def _command(record: Record) -> str:
    value = "" if record.get("value") is None else f" {record['value']}"
    return f"command {record.get('verb')}{value} by {record.get('author', 'nobody')}"


def _ack(record: Record) -> str:
    why = f": {record['reason']}" if record.get("reason") else ""
    return f"command {record.get('status')}{why}"


def _sanitary(record: Record) -> str:
    value = f" {record['value']}" if record.get("value") else ""
    author = f" by {record['author']}" if record.get("author") else ""
    return f"sanitary log {record.get('number')}: {record.get('operation')}{value}{author}"


def _alarm(record: Record) -> str:
    acknowledged = record.get("acknowledged") or {}
    author = f" by {acknowledged['author']}" if record.get("change") == "acknowledged" else ""
    return f"alarm {record.get('number')} {record.get('code')} {record.get('change')}{author}"


def _event(record: Record) -> str:
    if record["type"] == "console":
        return str(record.get("text", ""))
    known = ("type", "unit", "time", "source", "level", "event")
    details = " ".join(f"{key}={value}" for key, value in record.items() if key not in known)
    return f"{record.get('event', record['type'])} {details}".rstrip()


_SENTENCES = {
    "decision": _decision,
    "ack": _ack,
    "command": _command,
    "sanitary": _sanitary,
    "alarm": _alarm,
}
