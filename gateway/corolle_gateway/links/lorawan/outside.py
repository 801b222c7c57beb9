"""What the network server asks of the rest of the gateway."""

from collections.abc import Callable
from typing import Protocol

from corolle_gateway.model import (
    Accepted,
    Airtime,
    Arrival,
    Downlink,
    GroupRecord,
    Guard,
    LinkStatus,
    Radio,
    Sent,
    SessionRecord,
    Unit,
    Uplink,
)
from corolle_gateway.pending import Pending


class Receiver(Protocol):
    """Where uplinks go, and where downlinks come from."""

    def accept(self, arrivals: list[Arrival]) -> list[Accepted]:
        """Store uplinks, each if its guard allows; they are published after settle()."""
        ...

    def settle(self, message_id: int, radio: Radio) -> None:
        """No concentrator is waited for any longer: this is how well the uplink was heard."""
        ...

    def tell_status(self, heard: Uplink, status: LinkStatus) -> None:
        """Publish what a unit said of itself in an uplink that was accepted."""
        ...

    def waiting(self, unit: str) -> int:
        """How many messages wait for the unit's next uplink."""
        ...

    def next_downlink(self, unit: str, room: int) -> Downlink | None:
        """The next message for a unit that has just spoken, of at most `room` bytes."""
        ...

    def sent(self, downlink: Downlink, outcome: Sent) -> None:
        """What became of what next_downlink() gave."""
        ...

    def heard(self, downlink: Downlink) -> None:
        """The unit says that a confirmed one has reached it."""
        ...


class Memory(Protocol):
    """What must survive. A Pending ends once its matter is committed, or fails with a sqlite3.Error."""

    async def units(self) -> list[tuple[Unit, bytes]]:
        """All units with their AppKeys."""
        ...

    async def sessions(self) -> list[SessionRecord]:
        """All sessions, older ones first."""
        ...

    async def airtimes(self, since_s: float) -> list[Airtime]:
        """What was sent since then, older first."""
        ...

    def begin(
        self, unit: Unit, dev_nonce: int, make: Callable[[int], SessionRecord]
    ) -> Pending[SessionRecord | None]:
        """Use up a DevNonce, take a JoinNonce, store the session `make` makes of it.

        None for a replay, and for a controller that is not its unit's any more.
        """
        ...

    def advance(
        self, session_id: int, f_cnt: int, f_cnt_down: int, gateway: str, link: bytes, is_first: bool
    ) -> Guard:
        """A guard that uses up an uplink counter, and reserves downlink counters below `f_cnt_down`."""
        ...

    def reserve(self, session_id: int, f_cnt_down: int) -> Pending[None]:
        """Reserve downlink counters below `f_cnt_down`."""
        ...

    def keep_link(self, session_id: int, link: bytes) -> Pending[None]:
        """Keep what is known of a session's way through the air."""
        ...

    async def groups(self) -> tuple[list[GroupRecord], dict[tuple[str, str], bytes]]:
        """All multicast groups; and the mark of each member, by group and unit."""
        ...

    async def put_group(self, group: GroupRecord) -> None:
        """A new group, or an old one with a new key: nobody is a member yet."""
        ...

    async def reserve_group(self, name: str, f_cnt: int) -> None:
        """Reserve a group's counters below `f_cnt`."""
        ...

    def joined_group(self, name: str, unit: str, mark: bytes) -> Guard:
        """A guard that enters a member."""
        ...

    def note_airtime(self, sent: Airtime, forget_before_s: float) -> Pending[None]:
        """Enter a transmission in the duty ledger."""
        ...

    def shift_airtimes(self, by_s: float) -> Pending[None]:
        """The clock was set forward by so much since all that was entered."""
        ...

    def take_back_airtime(self, unsent: Airtime) -> Pending[None]:
        """What was entered was not sent."""
        ...
