"""A probe's line between dry and wet, and what lies off it."""

from corolle.drivers.soil_probe import SoilProbe


class _Converter:
    def __init__(self, mv):
        self.mv = mv

    async def read_mv(self, channel):
        return self.mv


async def _vwc(mv, dry_mv=2800, wet_mv=1200, wet_vwc_pct=50):
    return await SoilProbe(_Converter(mv), 0, dry_mv, wet_mv, wet_vwc_pct).read_vwc_pct()


async def test_the_line():
    for mv, vwc_pct in ((2800, 0), (2000, 25), (1200, 50), (2160, 20), (2900, 0), (1100, 53.125)):
        assert await _vwc(mv) == vwc_pct, mv


async def test_a_probe_whose_voltage_rises_with_water():
    assert await _vwc(1000, dry_mv=500, wet_mv=1500, wet_vwc_pct=40) == 20


async def test_open_wire_and_short_circuit_are_no_soil():
    for mv in (0, 1000, 3000, 3300, -5):
        assert await _vwc(mv) is None, mv


def test_a_calibration_that_is_none():
    for dry_mv, wet_mv, wet_vwc_pct in ((1200, 1200, 50), (2800, 1200, 0), (2800, 1200, 101)):
        try:
            SoilProbe(_Converter(0), 2, dry_mv, wet_mv, wet_vwc_pct)
        except ValueError as error:
            assert "soil probe 2" in str(error)
        else:
            raise AssertionError((dry_mv, wet_mv, wet_vwc_pct))
