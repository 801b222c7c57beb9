"""The faults with which a unit does not do what it is there for, by kind of unit."""

STOPPING = {
    "lamp": frozenset(("lampFailure", "supplyLoss", "thermalShutdown")),
    "canopy": frozenset(("noFlow", "unexplainedFlow", "guardTripped", "tankEmpty", "leak")),
}
