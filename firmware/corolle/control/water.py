"""Whether the drip valve shall be open, and why: one list of rungs, the first with something to say decides.

Pure: seconds, settings, readings and memory come in, (open, reason, next moment) goes out. Seconds are of a
clock that only runs forward (the node's uptime): a step of the time of day must not shorten a pause.
"""

from corolle.wire.compat import const

_WATCH_S = const(60)  # how often an open valve is looked at


class WaterReadings:
    """What the sensors said last, and when (seconds of the same clock)."""

    def __init__(self, probes: int, has_air: bool):
        self.vwc_pct: list = [None] * probes  # None: measured, but no soil can be like that
        self.vwc_at_s: list = [None] * probes  # None: never measured
        self.has_air = has_air
        self.air_c = 0.0
        self.air_at_s: int | None = None
        self.dose_l = 0.0  # water given since the valve was opened


class WaterMemory:
    """What a canopy remembers between two decisions; moments are ends."""

    def __init__(self):
        self.open = False
        self.watering = False  # between the lower threshold and the upper one
        self.soak_until_s = 0
        self.rest_until_s = 0
        self.order_open = False
        self.order_until_s = 0
        self.order_author = ""

    def order(self, open_it: bool, until_s: int, author: str) -> None:
        """An order: open or shut until then."""
        self.order_open, self.order_until_s, self.order_author = open_it, until_s, author

    def follow(self, now_s: int, settings, open_now: bool, reason: str) -> None:
        """Take note of what the valve does now, and why."""
        if self.open and not open_now:
            self.soak_until_s = now_s + settings["soak_min"] * 60
        if open_now and reason == "dry soil":
            self.watering = True
        if self.watering and reason == "moist soil":
            self.watering = False
            self.rest_until_s = now_s + settings["interval_min"] * 60
        self.open = open_now


def decide(now_s: int, settings, readings: WaterReadings, memory: WaterMemory) -> tuple:
    """(open, reason, next moment)."""
    for rung in PRIORITY:
        answer = rung(now_s, settings, readings, memory)
        if answer:
            return answer
    raise RuntimeError("no rung decided")


def probe_fault(now_s: int, settings, readings: WaterReadings, probe: int) -> str:
    """What is wrong with a probe: "probe stale", "probe out of range", or ""."""
    at_s = readings.vwc_at_s[probe]
    if at_s is None or now_s - at_s > settings["stale_min"] * 60:
        return "probe stale"
    return "probe out of range" if readings.vwc_pct[probe] is None else ""


def soil(now_s: int, settings, readings: WaterReadings) -> tuple:
    """(median water content of the valid probes in %, ""), or (None, why it cannot be told)."""
    valid, fault = [], "probe stale"
    for probe in range(len(readings.vwc_pct)):
        wrong = probe_fault(now_s, settings, readings, probe)
        if wrong:
            fault = wrong
        else:
            valid.append(readings.vwc_pct[probe])
    if not valid:
        return None, fault
    median = _median(valid)
    # One odd probe of three is outvoted; of two that differ nobody can say which is right.
    far = settings["spread_vwc_pct"] / (2 if len(valid) == 2 else 1)
    near = [vwc for vwc in valid if abs(vwc - median) <= far]
    return (median, "") if len(near) * 2 > len(valid) else (None, "probes disagree")


def _median(values: list) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _air(now_s, settings, readings, memory):
    if not readings.has_air:
        return None
    again_s = now_s + settings["sample_min"] * 60
    if readings.air_at_s is None or now_s - readings.air_at_s > settings["stale_min"] * 60:
        return False, "sensor lost", again_s
    return (False, "frost guard", again_s) if readings.air_c < settings["frost_c"] else None


def _order(now_s, settings, readings, memory):
    if now_s < memory.order_until_s:
        return memory.order_open, "override", memory.order_until_s
    return None


def _doubt(now_s, settings, readings, memory):
    fault = soil(now_s, settings, readings)[1]
    return (False, fault, now_s + settings["sample_min"] * 60) if fault else None


def _thresholds(now_s, settings, readings, memory):
    vwc_pct = soil(now_s, settings, readings)[0]
    again_s = now_s + settings["sample_min"] * 60
    if vwc_pct >= settings["start_vwc_pct"] + (settings["band_vwc_pct"] if memory.watering else 0):
        return False, "moist soil", again_s
    if memory.open:
        given = readings.dose_l * 10 >= settings["dose_dl"]
        return (False, "dose given", again_s) if given else (True, "dry soil", now_s + _WATCH_S)
    if now_s < memory.soak_until_s:
        return False, "dose given", min(memory.soak_until_s, again_s)
    if not memory.watering and now_s < memory.rest_until_s:
        return False, "minimum interval", min(memory.rest_until_s, again_s)
    return True, "dry soil", now_s + _WATCH_S


# The first rung that answers wins.
PRIORITY = (_air, _order, _doubt, _thresholds)
