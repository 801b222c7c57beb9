"""What every part of a unit shares."""

from corolle.control.calendar import hours_minutes


class Common:
    """clock, log, settings, store, ledger, faults and reporter of one node."""

    def __init__(self, clock, log, settings, store, ledger, faults, reporter):
        self.clock = clock
        self.log = log
        self.settings = settings
        self.store = store
        self.ledger = ledger
        self.faults = faults
        self.reporter = reporter

    def decided(self, output: str, value: int, reason: str, until_s: int, author: str) -> None:
        """Log a decision; an override's reason names its end (unix) and its author."""
        if reason == "override":
            end = hours_minutes(until_s, self.settings["zone_min"], self.settings["summer_time"])
            reason = f"override until {end} by {author}"
        self.log("decision", output=output, value=value, reason=reason)

    def save(self, record: str, content: bytes) -> None:
        """Keep a record; a flash that refuses is logged and stops nothing."""
        try:
            self.store.save(record, content)
        except OSError as error:
            self.log("store", level="error", record=record, error=str(error))

    def attempt(self, fault: str, make):
        """What make() gives, or None: what is broken or wrongly described on the board is a fault."""
        try:
            return make()
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.log("fitting", level="error", error=repr(error))
            self.faults.set(fault, True)
            return None
