"""Where one unit stands between what it is to run and what it says it runs."""

from corolle.wire import settings_words
from corolle.wire.errors import FrameError
from corolle.wire.settings_words import MOST_PAIRS, pack_pairs

from corolle_gateway.clock import is_over
from corolle_gateway.settings_tables import by_mark, held, known

Values = dict[str, int]

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 30.0, 86_400.0
_PAIR_BYTES = 5


class Standing:
    """`desired`: what is wanted of it. `reported`: all that it runs, None while that is not known."""

    def __init__(self, kind: str, desired: Values, reported: Values | None):
        self._kind = kind
        self.desired = desired
        self.reported = reported
        self.asked = False  # somebody wants to know, whether or not anything is wanted of it
        self.tries = 0  # messages since the unit last did as it was told
        self._pause_until_s = 0.0
        self._heard: Values = {}  # while it is telling
        self._hash = 0
        self._sent: Values = {}
        self._not_held: set[str] = set()
        self._refused: set[str] = set()  # of what was sent alone
        self._is_wary = False  # of what was sent together something was refused, and so was all
        self._turn = 0

    @property
    def is_content(self) -> bool:
        """Whether nobody wants anything of it: so it is with most units at most uplinks."""
        return not (self.desired or self.asked)

    @property
    def drift(self) -> dict[str, tuple[int, int]]:
        """(wanted, run) of the settings that are not as they should be."""
        runs = self.reported or {}
        return {
            name: (value, runs[name])
            for name, value in self.desired.items()
            if runs.get(name, value) != value
        }

    @property
    def agreed(self) -> bool | None:
        """Whether it runs what is wanted; None while that is not known."""
        return None if self.reported is None else not self.drift

    @property
    def refused(self) -> dict[str, str]:
        """Why a setting is not as it should be, where the unit does not want it so."""
        drift = self.drift
        refused = dict.fromkeys(drift.keys() & self._refused, "refused")
        return refused | dict.fromkeys(drift.keys() & self._not_held, "not fitted")

    def want(self, desired: Values) -> None:
        """Other things are wanted from now on."""
        self.desired = desired
        self._refused, self._is_wary = set(), False
        self.tries, self._pause_until_s = 0, 0.0

    def ask(self) -> None:
        """What it runs may have changed, or somebody wants to know."""
        self.asked = True
        self.stale()

    def stale(self) -> None:
        """What it said is not certain any more."""
        self.reported = None
        self._heard = {}
        self._pause_until_s = 0.0

    def is_due(self, now_s: float) -> bool:
        """Whether it is to be told, or asked, something now."""
        missing = self._to_send() if self.reported is not None else self.desired or self.asked
        return bool(missing) and is_over(self._pause_until_s, now_s, _LONGEST_PAUSE_S)

    def payload(self, room: int) -> bytes | None:
        """What to send it, of at most `room` bytes."""
        if self.reported is None:
            return bytes((len(self._heard),))
        names = self._to_send()[: room // _PAIR_BYTES]
        self._turn += 1
        self._sent = {name: self.desired[name] for name in names}
        return pack_pairs(self._sent.items()) if names else None

    def _to_send(self) -> list[str]:
        """A unit takes all of a message or nothing: after a refusal each has its turn alone."""
        names = [name for name in self.drift if name not in self._not_held]
        return [names[self._turn % len(names)]] if self._is_wary and names else names

    def sends(self, now_s: float) -> None:
        """It goes on its way: the next one after ever longer pauses, unless the unit answers."""
        self._pause_until_s = now_s + min(_FIRST_PAUSE_S * 2.0**self.tries, _LONGEST_PAUSE_S)
        self.tries += 1

    def not_sent(self) -> None:
        """It never went."""
        self._pause_until_s = 0.0
        self.tries = max(self.tries - 1, 0)

    def answered(self, payload: bytes) -> bool:
        """Take what the unit says; whether it is known now what it runs. FrameError."""
        hash32, total, first, pairs = settings_words.unpack_answer(payload)
        if total:
            self._page(hash32, total, first, pairs)
        else:
            self._obeyed(hash32)
        return self.reported is not None

    def runs(self, values: Values) -> None:
        """It has told all that it runs, at once."""
        self._knows({name: value for name, value in values.items() if name in known(self._kind)})

    def _page(self, hash32: int, total: int, first: int, pairs: list[tuple[int, int]]) -> None:
        if first + len(pairs) > total or len(pairs) > MOST_PAIRS:
            raise FrameError("length")
        if hash32 != self._hash or first != len(self._heard):
            self._heard, self._hash = {}, hash32
            if first:
                return
        names = by_mark(self._kind)
        # What this version does not know is counted on: the unit counts it as well.
        self._heard |= {names.get(number, f"mark {number}"): value for number, value in pairs}
        self._moved()
        if len(self._heard) >= total:
            self._holds(self._heard, hash32)
            self.runs(self._heard)

    def _obeyed(self, hash32: int) -> None:
        """The answer to a change: all of it was done, or none, or who knows; or all are at their defaults."""
        before = self.reported
        for values in ({}, before | self._sent, before) if before is not None else ({},):
            if self._holds(values, hash32):
                self._knows({name: value for name, value in values.items() if name not in self._not_held})
                return
        if before is not None:
            self.stale()

    def _holds(self, values: Values, hash32: int) -> bool:
        """Whether it tells that it runs these; then what it does not hold is known as well."""
        names = held(self._kind, values, hash32)
        if names is not None:
            self._not_held = known(self._kind).keys() - names
        return names is not None

    def _knows(self, changed: Values) -> None:
        before, defaults = self.reported, {name: row.default for name, row in known(self._kind).items()}
        self.reported = defaults | changed
        self.asked = False
        self._heard = {}
        self._note_refusal()
        if self.reported != before:
            self._moved()

    def _note_refusal(self) -> None:
        """Some of what was sent may not be run, although the unit has spoken since."""
        sent, self._sent = self._sent, {}
        if sent.keys() & self._not_held:
            return  # that is why, and it is not sent again
        left = sent.keys() & self.drift.keys()
        self._refused -= sent.keys() - left
        if len(sent) == 1:
            self._refused |= left
        self._is_wary |= bool(left)

    def _moved(self) -> None:
        self.tries, self._pause_until_s = 0, 0.0
