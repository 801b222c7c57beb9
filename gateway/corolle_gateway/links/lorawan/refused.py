"""What the link raises for input it does not take."""


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
