"""A soil tension sensor with a voltage: how hard roots must pull at the water."""

from corolle.wire.compat import const

_SLACK_KPA = const(5)  # a zero that has drifted, or soil under water
_MOST_KPA = const(100)  # an atmosphere: no water column holds more


class Tensiometer:
    """One sensor at one input of a converter: zero_mv in free water, and mv_per_kpa more for each kPa.

    A broken wire gives 0 mV: only a sensor whose zero lies more than 5 kPa above that can tell.
    """

    def __init__(self, converter, channel: int, zero_mv: float, mv_per_kpa: float):
        if not mv_per_kpa:
            raise ValueError(f"tensiometer: mv_per_kpa = {mv_per_kpa} must not be 0")
        self._converter = converter
        self._channel = channel
        self._zero_mv = zero_mv
        self._mv_per_kpa = mv_per_kpa

    async def read(self) -> float | None:
        """Tension in kPa (= cb), 0 or more; None when no soil gives such a voltage. OSError: no reading."""
        kpa = (await self._converter.read_mv(self._channel) - self._zero_mv) / self._mv_per_kpa
        return max(0.0, kpa) if -_SLACK_KPA <= kpa <= _MOST_KPA else None
