"""The supply fails and comes back: a lamp lights again by itself, and no reset is forgotten or invented."""

import random

import pytest
from corolle_hil.bench.figures import Plot
from corolle_hil.bench.rig import NIGHT_S, Load
from corolle_hil.bench.waiting import ask, await_said, said, until

_BASE_PCT = 30
_SETTLED_S = 20
_LONGEST_BOOT_S = 5
_SHORT_S, _LONG_S = (0.3, 0.8), (5, 40)  # until the next reset
_LONG_SHARE = 0.05
_WRITES_S = (0.0, 0.3)  # from a setting that is typed to the cut
_LEAST_HOLD_S = 10
_FLOOR = _BASE_PCT / 100 - 0.02


def _lit(lamp):
    lamp.start(NIGHT_S, Load({"base_pct": _BASE_PCT}))
    await_said(lamp, 10, type="decision", output="light", reason="schedule")
    lamp.wait(_SETTLED_S)


@pytest.mark.needs("files", "sag", "light")
def test_brown_out(lamp, measured):
    _lit(lamp)
    for voltage_v, seconds in ((180, 0.5), (130, 1.0), (0, 0.02)):
        before = len(lamp.heard)
        lamp.sag(voltage_v, seconds)
        lamp.wait(_LONGEST_BOOT_S)
        boots = len(said(lamp, before, event="boot"))
        measured(f"boots after {1000 * seconds:.0f} ms at {voltage_v} V", boots, "", at_most=0)
        assert lamp.light() > _FLOOR
    for voltage_v, seconds in ((60, 0.2), (0, 0.1), (0, 3.0)):
        before, from_s = len(lamp.heard), lamp.now_s + seconds
        lamp.sag(voltage_v, seconds)
        until(lamp, "light", lambda: lamp.light() > _FLOOR, _LONGEST_BOOT_S, 0.01)
        what = f"{1000 * seconds:.0f} ms at {voltage_v} V"
        measured(f"light again after {what}", lamp.now_s - from_s, "s", at_most=1)
        boot = await_said(lamp, _LONGEST_BOOT_S, before, event="boot")
        assert boot.record["cause"] == "power" and boot.record["safe_mode"] == 0
        lamp.wait(_SETTLED_S)


@pytest.mark.needs("files", "power")
def test_resets(lamp, measured, request):
    """Power is cut at any moment of a boot and after it, again and again; so is the reset pin pulled."""
    count, chance = request.config.getoption("resets"), random.Random(1)
    lamp.start(NIGHT_S, Load({"base_pct": _BASE_PCT, "hold_s": _LEAST_HOLD_S}))
    boots_s, lost, unsafe, before, wanted = [], 0, 0, 0, [_LEAST_HOLD_S]
    for number in range(count):
        lamp.power(False)
        lamp.wait(0.2)
        since = before = len(lamp.heard)
        on_s = lamp.now_s
        lamp.power(True)
        lamp.wait(chance.uniform(*_SHORT_S))
        if chance.random() < _LONG_SHARE:
            wanted.append(_change_setting(lamp, number, chance))
        if chance.random() < 0.1:
            before, on_s = len(lamp.heard), lamp.now_s
            lamp.reset()
            lamp.wait(chance.uniform(*_SHORT_S))
        boots = said(lamp, before, event="boot")
        if not boots:
            boots = [await_said(lamp, _LONGEST_BOOT_S, before, event="boot")]
        boots_s.append(boots[0].at_s - on_s)
        unsafe += any(boot.record["safe_mode"] for boot in said(lamp, since, event="boot"))
        lost += len(said(lamp, since, event="store", level="warn"))
    measured("resets", count, "", at_least=count)
    measured("longest from power or reset to the first line", max(boots_s), "s", at_most=3)
    measured("boots in safe mode", unsafe, "", at_most=0)
    measured("boots that found a damaged record", lost, "", at_most=0)
    measured.plot(
        Plot("Boots", "reset", "s to the first line", {"boots": list(enumerate(boots_s))}, ["boots"])
    )
    light = await_said(lamp, _LONGEST_BOOT_S, before, type="decision", output="light")
    assert light.record["reason"] in ("schedule", "clock unknown")
    kept = ask(lamp, "settings hold_s")[0]
    assert kept in [f"hold_s={hold_s}" for hold_s in wanted[-2:]], "neither the last one nor that before"


def _change_setting(lamp, number, chance):
    """Have it write; the cut comes at any moment of that."""
    lamp.wait(chance.uniform(*_LONG_S))
    hold_s = _LEAST_HOLD_S + number % 800
    lamp.type(f"settings hold_s={hold_s}")
    lamp.wait(chance.uniform(*_WRITES_S))
    return hold_s
