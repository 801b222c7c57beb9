"""Whether the soil is dry, and what is wrong with a probe that says so."""

from corolle.control.measured import Measured, Readings
from corolle.wire.compat import const

_DAY_S = const(86400)


def probe_fault(now_s: int, settings, probe: Measured) -> str:
    """What is wrong with a probe: "probe stale", "probe out of range", or ""."""
    if not probe.fresh(now_s, settings) or _is_flat(now_s, settings, probe):
        return "probe stale"
    return "probe out of range" if probe.value is None else ""


def soil(now_s: int, settings, readings: Readings) -> tuple:
    """(median water content of the valid probes in %, ""), or (None, why it cannot be told)."""
    valid, fault = [], "probe stale"
    for probe in readings.soil:
        wrong = probe_fault(now_s, settings, probe)
        if wrong:
            fault = wrong
        else:
            valid.append(probe.value)
    if not valid:
        return None, fault
    median = _median(valid)
    # One odd probe of three is outvoted; of two that differ nobody can say which is right.
    far = settings["spread_vwc_pct"] / (2 if len(valid) == 2 else 1)
    near = [vwc for vwc in valid if abs(vwc - median) <= far]
    return (median, "") if len(near) * 2 > len(valid) else (None, "probes disagree")


def dry(now_s: int, settings, readings: Readings, watering: bool) -> tuple:
    """(the soil wants water, ""), or (False, why it cannot be told).

    By tension where a tensiometer is fitted and start_kpa is set, else by water content. What is being
    watered is dry until it is past the second threshold.
    """
    tension = readings.tension
    start_kpa = settings["start_kpa"]
    if tension is None or not start_kpa:
        vwc_pct, fault = soil(now_s, settings, readings)
        enough_pct = settings["start_vwc_pct"] + (settings["band_vwc_pct"] if watering else 0)
        return not fault and vwc_pct < enough_pct, fault
    fault = probe_fault(now_s, settings, tension)
    if watering:
        return not fault and tension.value > min(settings["stop_kpa"], start_kpa - 1), fault
    return not fault and tension.value >= start_kpa, fault


def _is_flat(now_s: int, settings, probe: Measured) -> bool:
    """Whether a probe stands still although water came, or a day and a night: no living sensor does.

    At the end of its scale it may: there, drier soil looks no drier.
    """
    if not probe.value:
        return False
    flat_s = settings["flat_h"] * 3600
    if probe.watered_s > probe.since_s and now_s - probe.watered_s > flat_s:
        return True
    return now_s - probe.since_s > max(flat_s, _DAY_S)


def _median(values: list) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
