"""A current loop, a tension sensor and soil probes at one converter that may be lost."""

from corolle.drivers.ads1115 import SharedADS1115
from corolle.drivers.chip import ChipError
from corolle.drivers.level_loop import LevelLoop
from corolle.drivers.soil_probe import SoilProbes
from corolle.drivers.tensiometer import Tensiometer


class _Converter:
    def __init__(self, *mv):
        self.mv = mv

    async def read_mv(self, channel):
        return self.mv[channel]


async def _level(ma, shunt_ohm=100, **calibration):
    return await LevelLoop(_Converter(0, ma * shunt_ohm), 1, shunt_ohm, **calibration).read()


async def test_a_loops_current_is_the_fill():
    for ma, pct in ((4, 0), (8, 25), (12, 50), (20, 100), (3.8, 0), (20.5, 100)):
        assert abs(await _level(ma) - pct) < 1e-6, ma
    assert abs(await _level(12, 150, empty_ma=4, full_ma=16) - 66.6667) < 0.001
    assert abs(await _level(16, empty_ma=20, full_ma=4) - 25) < 1e-6, "a sensor that looks down from the top"


async def test_a_loop_that_fails_is_no_level():
    """NAMUR NE 43: below 3.6 mA or above 21 mA the transmitter, or its wire, has failed."""
    for ma, fault in ((0, "broken"), (3.59, "broken"), (21.01, "shorted"), (33, "shorted")):
        try:
            await _level(ma)
        except ChipError as error:
            assert fault in str(error) and "input 1" in str(error)
        else:
            raise AssertionError(ma)
    assert await _level(3.6) == 0 and await _level(21) == 100


async def test_a_voltage_is_a_tension():
    # A live zero of 500 mV, 40 mV for each kPa.
    for mv, kpa in ((500, 0), (1700, 30), (2500, 50), (340, 0), (3900, 85), (4500, 100)):
        found = await Tensiometer(_Converter(mv), 0, 500, 40).read()
        assert found is not None and abs(found - kpa) < 1e-6, mv
    assert await Tensiometer(_Converter(1000), 0, 2000, -20).read() == 50


async def test_what_no_soil_gives_is_no_tension():
    for mv in (0, 299, 4541, 5000):
        assert await Tensiometer(_Converter(mv), 0, 500, 40).read() is None, mv


class _Bus:
    """An ADS1115 whose input N holds N volts; `lost` takes it away. `probed` counts the first contacts."""

    def __init__(self):
        self.config, self.probed, self.lost = 0x8583, 0, False

    def writeto_mem(self, address, register, data):
        if self.lost:
            raise OSError(19)
        value = data[0] << 8 | data[1]
        self.probed += not value & 0x8000
        self.config = value & 0x7FFF

    def readfrom_mem_into(self, address, register, buffer):
        value = self.config | 0x8000 if register == 1 else (self.config >> 12 & 3) * 8000
        buffer[0], buffer[1] = value >> 8, value & 0xFF


async def test_parts_that_share_a_converter_probe_it_once_and_again_after_it_was_lost():
    bus = _Bus()
    converter = SharedADS1115(bus, 0x48)
    assert not bus.probed, "touched before anybody needs it"
    entry = {"channels": [1, 2], "dry_mv": [3000, 3000], "wet_mv": [500, 500], "wet_vwc_pct": [50, 50]}
    soil, tension = SoilProbes(converter, entry), Tensiometer(converter, 3, 0, 100)
    assert await soil.read() == [40, 20] and await tension.read() == 30
    assert bus.probed == 1
    bus.lost = True
    for part in (soil, tension):
        try:
            await part.read()
        except OSError:
            continue
        raise AssertionError("read from nowhere")
    bus.lost = False
    assert await tension.read() == 30 and await soil.read() == [40, 20]
    assert bus.probed == 2


def test_impossible_parts_are_refused():
    for make, named in (
        (lambda: LevelLoop(_Converter(), 0, 0), "shunt_ohm = 0"),
        (lambda: LevelLoop(_Converter(), 0, 250), "up to 157"),
        (lambda: LevelLoop(_Converter(), 0, 100, 0, 20), "between 3.6 and 21"),
        (lambda: LevelLoop(_Converter(), 0, 100, 4, 22), "between 3.6 and 21"),
        (lambda: LevelLoop(_Converter(), 0, 100, 12, 12), "must differ"),
        (lambda: Tensiometer(_Converter(), 0, 500, 0), "mv_per_kpa"),
    ):
        try:
            make()
        except ValueError as error:
            assert named in str(error), error
            continue
        raise AssertionError(named)
