"""What the link raises for what it does not take, and the causes of what bleak raises."""

from bleak.exc import BleakBluetoothNotAvailableError, BleakDBusError, BleakDeviceNotFoundError, BleakError

IN_PROGRESS = "ble_in_progress"
NO_ADAPTER = "ble_no_adapter"
LOST = "ble_lost"
TIMEOUT = "ble_timeout"
UNREACHABLE = "ble_unreachable"
FAILED = "ble_failed"
NO_SERVICE = "ble_no_service"
BAD_ANSWER = "ble_bad_answer"
SESSION = "ble_session_"  # and what went wrong in it
ANSWER = "ble_answer_"  # and the outcome

# Names of D-Bus errors by their ends. An adapter that was pulled out is an object nobody knows.
_OF_DBUS = {
    "InProgress": IN_PROGRESS,
    "NotReady": NO_ADAPTER,
    "UnknownObject": NO_ADAPTER,
    "UnknownMethod": NO_ADAPTER,
    "ServiceUnknown": NO_ADAPTER,
    "NotConnected": LOST,
    "NoReply": TIMEOUT,
}


class Refused(ValueError):
    """`cause` is short, stable, snake_case: what the refusal is counted by."""

    def __init__(self, cause: str):
        super().__init__(cause)
        self.cause = cause


class Revoked(Refused):
    """Somebody uses the keys of `unit`, which is lost."""

    def __init__(self, unit: str):
        super().__init__("ble_revoked")
        self.unit = unit


class Answered(Refused):
    """The unit has answered, and not with "done": `outcome` is its word of gatt_words.py, `body` says why."""

    def __init__(self, outcome: str, body: bytes):
        super().__init__(ANSWER + outcome.replace(" ", "_"))
        self.outcome = outcome
        self.body = body


def cause_of(error: Exception) -> str:
    """What an error of bleak's, or of what is below it, is counted by."""
    if isinstance(error, Refused):
        return error.cause
    if isinstance(error, BleakDBusError):
        return _OF_DBUS.get(error.dbus_error.rpartition(".")[2], FAILED)
    if isinstance(error, TimeoutError):  # which is an OSError too
        return TIMEOUT
    if isinstance(error, BleakDeviceNotFoundError):
        return UNREACHABLE
    # bleak has no kind of its own for an adapter of a name that is not there.
    is_missing = isinstance(error, BleakError) and str(error).endswith("not found")
    if is_missing or isinstance(error, BleakBluetoothNotAvailableError | OSError | EOFError):
        return NO_ADAPTER
    return FAILED
