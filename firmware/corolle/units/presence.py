"""What a presence sensor says, less what it says when it is stuck."""


class Presence:
    """`pir` is the driver; `node` what the unit's parts share."""

    def __init__(self, pir, node):
        self._pir = pir
        self._node = node
        self._counted = 0
        self._since_s = 0
        self._was = False
        self._stuck = False

    @property
    def present(self) -> bool:
        """Whether somebody is there, as far as a sensor that works can tell."""
        return self._was and not self._stuck

    def look(self) -> bool:
        """Whether somebody is there, or was until just now."""
        node, now_s = self._node, self._node.clock.uptime_s()
        present = self._pir.update()
        node.ledger["passages"] += self._pir.passages - self._counted
        self._counted = self._pir.passages
        if present and not self._was:
            self._since_s = now_s
        was_there = self.present
        self._was = present
        self._stuck = present and now_s - self._since_s >= node.settings["stuck_min"] * 60
        node.faults.set("presenceStuck", self._stuck)
        return self.present or (was_there and not self._stuck)
