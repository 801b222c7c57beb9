"""A capacitive soil probe: the straight line between its voltage in dry and in wet substrate."""

from corolle.wire.compat import const

_BEYOND = const(0.1)  # of the span; further out it is an open wire or a short circuit


class SoilProbe:
    """One probe on one input of a converter.

    dry_mv at 0 % water, wet_mv at wet_vwc_pct: measured in the substrate the probe stands in.
    """

    def __init__(self, converter, channel: int, dry_mv: int, wet_mv: int, wet_vwc_pct: int):
        if dry_mv == wet_mv or not 0 < wet_vwc_pct <= 100:
            raise ValueError(f"soil probe {channel}: dry_mv and wet_mv must differ, wet_vwc_pct be in 1..100")
        self._converter = converter
        self._channel = channel
        self._dry_mv = dry_mv
        self._span_mv = wet_mv - dry_mv
        self._wet_vwc_pct = wet_vwc_pct

    async def read_vwc_pct(self) -> float | None:
        """Water in the soil by volume in %; None when no soil gives such a voltage. OSError: no reading."""
        share = (await self._converter.read_mv(self._channel) - self._dry_mv) / self._span_mv
        if not -_BEYOND <= share <= 1 + _BEYOND:
            return None
        return max(0.0, share) * self._wet_vwc_pct


class SoilProbes:
    """All probes of one converter: `entry` lists channels, dry_mv, wet_mv and wet_vwc_pct in one order."""

    def __init__(self, converter, entry: dict):
        calibration = entry["dry_mv"], entry["wet_mv"], entry["wet_vwc_pct"]
        self._probes = [
            SoilProbe(converter, channel, *(values[i] for values in calibration))
            for i, channel in enumerate(entry["channels"])
        ]

    async def read(self) -> list:
        """Water content of each in %, None where it is out of range. OSError: no reading."""
        vwc_pct = []
        for probe in self._probes:
            vwc_pct.append(await probe.read_vwc_pct())
        return vwc_pct
