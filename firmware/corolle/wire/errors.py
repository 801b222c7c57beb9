"""What a malformed frame raises."""


class FrameError(ValueError):
    """A frame that is not what it should be.

    `cause` is a short phrase in lower case, made to be counted by ("length", "mic", "unknown port", ...).
    """

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause
