"""The SX1262's oscillators and calibrations: what runs, what is calibrated, what failed."""

from corolle_hil.chips.sx1262.commands import DeviceError, Failed, Illegal

_TCXO_MV = (1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300)  # SetDIO3AsTcxoCtrl, table 13-35
_TCXO_STARTUP_US = 1500  # a usual TCXO; less delay than this and the chip looks too early
_STEP_US = 15.625
_MHZ = 1_000_000
_DEFAULT_IMAGE_HZ = (902 * _MHZ, 928 * _MHZ)  # datasheet 9.2.1
CALIBRATE_ALL_US = 3500  # datasheet 9.2.1
CALIBRATE_IMAGE_US = 2000  # not in the datasheet; of this order on the bench

# Blocks of Calibrate (table 13-18).
_PLL, _IMAGE = 0x08, 0x40
_ADC = 0x30
_NEED_XOSC = _PLL | _IMAGE | _ADC


class Clocks:
    """32 MHz reference, PLL and image calibration.

    Args:
        tcxo_mv: voltage that the fitted TCXO needs from DIO3; None when a plain crystal is fitted.
    """

    def __init__(self, tcxo_mv: int | None):
        self._needed_mv = tcxo_mv
        self.power_up()

    def power_up(self) -> None:
        """State after power-up or reset: the automatic calibration finds no TCXO, for DIO3 is off yet."""
        self._given_mv: int | None = None
        self._delay_us = 0
        self.errors = 0
        self.running = False
        self.pll_calibrated = False
        self.image_hz: tuple[int, int] | None = None
        self.calibrate(0x7F)
        self.running = False

    def set_tcxo(self, voltage: int, delay_steps: int) -> None:
        """SetDIO3AsTcxoCtrl (13.3.6)."""
        if voltage >= len(_TCXO_MV):
            raise Illegal("TCXO voltage is 0 to 7")
        self._given_mv = _TCXO_MV[voltage]
        self._delay_us = round(delay_steps * _STEP_US)
        self.running = False

    @property
    def startup_us(self) -> int:
        """What starting the 32 MHz reference adds to a command: nothing while it runs."""
        return 0 if self.running else self._delay_us

    def start(self) -> None:
        """Bring the reference up.

        Raises:
            Failed: it does not start; XOSC_START_ERR stands in the device errors.
        """
        if not self._oscillates():
            self.errors |= DeviceError.XOSC_START
            raise Failed("oscillator did not start")
        self.running = True

    def start_pll(self) -> None:
        """Bring reference and PLL up. Raises Failed with PLL_LOCK_ERR when the PLL was never calibrated."""
        self.start()
        if not self.pll_calibrated:
            self.errors |= DeviceError.PLL_LOCK
            raise Failed("PLL not calibrated")

    def stop(self) -> None:
        """Down to the RC oscillator."""
        self.running = False

    def calibrate(self, blocks: int) -> None:
        """Calibrate the blocks of the mask; those that need the reference fail without it (13.1.12)."""
        if blocks & _NEED_XOSC and not self._oscillates():
            self.errors |= DeviceError.XOSC_START
            self.errors |= DeviceError.PLL_CALIB if blocks & _PLL else 0
            self.errors |= DeviceError.ADC_CALIB if blocks & _ADC else 0
            self.errors |= DeviceError.IMG_CALIB if blocks & _IMAGE else 0
            return
        self.pll_calibrated |= bool(blocks & _PLL)
        if blocks & _IMAGE:
            self.image_hz = _DEFAULT_IMAGE_HZ

    def calibrate_image(self, low: int, high: int) -> None:
        """CalibrateImage: the band between two bounds in steps of 4 MHz (13.1.13)."""
        if not 0 < low <= high:
            raise Illegal("image bounds are ascending and above 0")
        self.start()
        self.image_hz = (low * 4 * _MHZ, high * 4 * _MHZ)

    def covers(self, freq_hz: int) -> bool:
        """Whether a frequency lies in the band whose image is calibrated."""
        return self.image_hz is not None and self.image_hz[0] <= freq_hz <= self.image_hz[1]

    def _oscillates(self) -> bool:
        if self._needed_mv is None:
            return self._given_mv is None
        if self._given_mv is None:
            return False
        return self._given_mv >= self._needed_mv and self._delay_us >= _TCXO_STARTUP_US
