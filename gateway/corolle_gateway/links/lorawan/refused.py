"""What the link raises for input it does not take, and how that is counted."""

from corolle.wire.errors import FrameError

from corolle_gateway.counts import Counts


class Refused(ValueError):
    """`cause` is short, stable, snake_case: what the refusal is counted by."""

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause


class Revoked(Refused):
    """Somebody uses the keys of `unit`, which is lost."""

    def __init__(self, unit: str):
        super().__init__("unit_revoked")
        self.unit = unit


def frame_cause(cause: str) -> str:
    """The cause of a corolle.wire FrameError in our spelling: "FOpts too long" is frame_fopts_too_long."""
    return "frame_" + cause.lower().replace(" ", "_").replace("-", "_")


def refuse(counts: Counts, gateway: str, error: Refused | FrameError) -> None:
    """Count a frame that is not taken, and say which concentrator has brought it."""
    cause = error.cause if isinstance(error, Refused) else frame_cause(error.cause)
    whose = {"unit": error.unit} if isinstance(error, Revoked) else {}
    counts.reject(cause, gateway=gateway, **whose)
