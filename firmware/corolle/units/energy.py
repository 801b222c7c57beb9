"""Energy by the luminaire's rated power and its dim level: virtual, for a post without a meter."""

_PCT_WS = 36_000  # percent times watt-seconds in 0.1 Wh


class VirtualEnergy:
    """Adds to the ledger's `energy_dwh` (0.1 Wh); nothing where the rated power is not known."""

    def __init__(self, ledger, settings, uptime_s):
        self._ledger = ledger
        self._settings = settings
        self._uptime_s = uptime_s
        self._since_s = uptime_s()
        self._rest = 0

    def account(self, level_pct: int) -> None:
        """The lamp was at this level since the last call."""
        now_s = self._uptime_s()
        self._rest += self._settings["rated_w"] * level_pct * (now_s - self._since_s)
        self._since_s = now_s
        self._ledger["energy_dwh"] += self._rest // _PCT_WS
        self._rest %= _PCT_WS

    def power_w(self, level_pct: int) -> float | None:
        """Power at a level, None when it is not known."""
        rated_w = self._settings["rated_w"]
        return rated_w * level_pct / 100 if rated_w else None
