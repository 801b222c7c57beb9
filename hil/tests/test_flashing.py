"""Power is cut in the midst of an installation: the unit boots with what it had or what it was to get."""

import pytest
from corolle_hil.bench.rig import NIGHT_S, Load
from corolle_hil.bench.waiting import await_said, said

_LEVELS = (20, 40)
_MOST_WRITES = 200
_SETTLED_S = 12
_PADDING_BYTES = 4000  # so that there is something to write


def _main(number):
    """A main.py like no other, that does what every one does."""
    padding = f"# {number:06} {'-' * 60}\n" * (_PADDING_BYTES // 70)
    return f"{padding}from corolle.start import run\n\nrun()\n".encode()


@pytest.mark.needs("files", "power", "light")
def test_flashing_interrupted(lamp, measured):
    lamp.start(NIGHT_S, Load({"base_pct": _LEVELS[0]}))
    await_said(lamp, 10, type="decision", output="light", reason="schedule")
    cuts = whole = at = 0
    for at in range(_MOST_WRITES):
        load = Load({"base_pct": _LEVELS[(at + 1) % 2]}, main=_main(at))
        lamp.power(False)
        if not lamp.install(load, at):
            break
        cuts += 1
        before = len(lamp.heard)
        lamp.power(True)
        light = await_said(lamp, 10, before, type="decision", output="light", reason="schedule")
        assert not said(lamp, before, event="file"), f"cut at write {at}: a file of facts is gone"
        lamp.wait(_SETTLED_S)
        lit = round(100 * lamp.light())
        whole += lit in _LEVELS and light.record["value"] == lit
        lamp.power(False)
        assert not lamp.install(load), "an installation that is repeated goes to its end"
    measured("cuts", cuts, "", at_least=10)
    measured("boots afterwards with the old settings or the new", whole, "", at_least=cuts)


def test_the_flash_command_killed(rig, measured, request):
    """`corolle flash` over a serial port, killed at random moments; `corolle bench flash-cuts` does many."""
    kills = request.config.getoption("kills")
    if rig.name != "virtual":
        pytest.skip("it makes a board one unit and then another: only a simulated one bears that")
    from corolle_tools.bench.flash_cuts import measure  # the simulated board takes a while to load

    toll = measure(kills, 1)
    measured("kills", toll.cuts, "", at_least=kills)
    measured("kills after which the next flash ended well", toll.recovered, "", at_least=kills)
    measured("identities lost", toll.identity_lost, "", at_most=0)
    measured("the slowest flash after a kill", toll.slowest_s, "s", at_most=120)
