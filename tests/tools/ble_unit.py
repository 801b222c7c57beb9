"""A unit as a crew meets it: answers to gatt_words.py by the firmware's own codec, tables and rules."""

import struct
from collections.abc import Callable

from corolle.system.canopy_settings import CANOPY_SETTINGS
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.system.mist_settings import MIST_SETTINGS
from corolle.system.settings import Settings
from corolle.wire import gatt_words
from corolle.wire.codec import encode, unpack
from corolle.wire.commands import verdict_on
from corolle.wire.derive import BIND, SERVICE, derive
from corolle.wire.gatt_words import OUTCOMES, REQUESTS
from corolle.wire.orders import ACK, COMMAND
from corolle.wire.schema import CANOPY_REPORT, LAMP_REPORT
from corolle.wire.words import LAMP_FAULTS, REASONS, VERDICTS, code_of, word_of
from corolle_gateway.links.lorawan.keys import Key

_TABLES = {
    "lamp": (LAMP_SETTINGS,),
    "canopy": (CANOPY_SETTINGS,),
    "misting canopy": (CANOPY_SETTINGS, MIST_SETTINGS),
}
_REPORTS = {
    "lamp": (LAMP_REPORT, {"level_pct": 40, "power_w": 17.2, "temperature_c": 21.5, "energy_wh": 1234.5}),
    "canopy": (CANOPY_REPORT, {"valve_open": 1, "soil1_vwc_pct": 24.2, "air_temperature_c": 31.0}),
}
_NONE = {"seq": 7, "passages": 3, "presence": 0, "litres_total": 0, "litres_today": 0}


class CrewsUnit:
    """`kind` is lamp, canopy or misting canopy.

    Attributes:
        now_s: its clock, 0 while it does not know the time.
        given: the orders that it was given, decoded.
        outcomes: what it says to a request instead of answering, by the request's name.
        on_answer: called with each request's name.
    """

    def __init__(self, kind: str, dev_eui: str, app_key: str, now_s: int = 1_900_000_000):
        root = Key(bytes.fromhex(app_key))
        self.bind, self.service = Key(derive(root, BIND)), Key(derive(root, SERVICE))
        self.kind = kind.rpartition(" ")[2]
        self.about = (self.kind, dev_eui, "0.2.1")
        self.talk: tuple[str, ...] = (gatt_words.INBOX, gatt_words.OUTBOX)
        self.door = [0, 0]
        self.tables = _TABLES[kind]
        self.settings = Settings(*self.tables)
        self.now_s = now_s
        self.given: list[dict] = []
        self.log = ""
        self.crash = ""
        self.faults = ["sensorFault"] if self.kind == "lamp" else []
        self.verdict = ""
        self.tested = ""
        self.outcomes: dict[str, str] = {}
        self.on_answer: Callable[[str], None] = lambda request: None
        kinds = {"lamp": 1, "canopy": 2}
        self.readings = [(0x01, 80), (0x02, 21.5), (0x0B, 17.2), (0xF0, kinds[self.kind]), (0xF2, 0x000201)]

    def answer(self, message: bytes) -> bytes:
        """The answer to a request."""
        code, _, body = gatt_words.split(message)
        request = word_of(REQUESTS, code)
        self.on_answer(request)
        outcome = self.outcomes.get(request, "done")
        told = b""
        if outcome == "done":
            try:
                told = self._told(request, body)
            except ValueError as error:
                outcome, told = "refused", str(error).encode()
        return gatt_words.answer(message, code_of(OUTCOMES, outcome), told)

    def _told(self, request: str, body: bytes) -> bytes:
        if request in ("settings", "log", "crash", "verdict"):
            texts = {"settings": self._lines(), "log": self.log, "crash": self.crash, "verdict": self.tested}
            text = texts[request]
            return gatt_words.page(text.encode(), int.from_bytes(body, "little"))
        tell = {
            "readings": lambda _: self._report(),
            "time": self._time,
            "command": self._command,
            "set": self._set,
            "self-test": lambda _: self._found(),
        }
        return tell[request](body)

    def _found(self) -> bytes:
        """The first line is of all parts, where they have ever been tested."""
        sums = self.tested.partition("\n")[0]
        return (f"{sums}\n" if sums else "").encode() + b"clock=network\nfault.tilt=present\nlorawan=joined"

    def _lines(self) -> str:
        values = self.settings.by_name()
        return "\n".join(f"{name}={values[name]}" for name in sorted(values))

    def _report(self) -> bytes:
        message, values = _REPORTS[self.kind]
        names = [field.name for field in message.fields]
        flags = sum(1 << code_of(LAMP_FAULTS, fault) for fault in self.faults)
        told = {name: value for name, value in _NONE.items() if name in names}
        told |= values | {"reason": code_of(REASONS, "schedule"), "faults": flags}
        return bytes((message.port,)) + encode(message, told)

    def _time(self, body: bytes) -> bytes:
        if body:
            self.now_s = struct.unpack("<I", body)[0]
        return struct.pack("<I", self.now_s)

    def _command(self, body: bytes) -> bytes:
        order = unpack(COMMAND, body)
        self.given.append(order)
        verdict = self.verdict or verdict_on(self.kind, order, self.now_s or None)
        done = order["value"] if verdict == "accepted" else 40
        reason = "override" if verdict == "accepted" else "schedule"
        words = {"verdict": code_of(VERDICTS, verdict), "reason": code_of(REASONS, reason)}
        return encode(ACK, {"id": order["id"], "value": done, **words})

    def _set(self, body: bytes) -> bytes:
        for line in body.decode().splitlines():
            name, _, value = line.partition("=")
            self.settings.set(name, int(value))
        return body
