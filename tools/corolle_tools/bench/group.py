"""All lamps of a town as one multicast group, whose key they have had for long."""

import secrets
import sqlite3

from corolle.wire import codec, lorawan, multicast
from corolle.wire.schema import COMMAND
from corolle_gateway.links.lorawan.groups import member_mark
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.model import GroupRecord, Registration
from corolle_gateway.store import groups

_ADDRESS = 0x01FFFFFF  # above those of the lamps


class Group:
    """Knows what each lamp of the group knows."""

    def __init__(self, name: str):
        self.name = name
        self.address = _ADDRESS
        self._key = secrets.token_bytes(16)
        network, application = multicast.group_keys(Key(self._key), _ADDRESS)
        self._network, self._application = Key(network), Key(application)

    def settle(self, db: sqlite3.Connection, registrations: list[Registration]) -> None:
        """Put it and its members into the gateway's store."""
        record = GroupRecord(self.name, self.address, self._key)
        groups.put(db, record)
        for each in registrations:
            groups.put_member(db, self.name, each.unit.name, member_mark(each.unit, each.app_key, record))

    def read(self, phy: bytes) -> tuple[int, float, dict[str, int]] | None:
        """(counter, seconds within which to answer, order) of a frame; None when it is not of the group."""
        data = lorawan.parse_data(phy)
        if data.dev_addr != self.address or not lorawan.mic_matches(phy, data.f_cnt, self._network):
            return None
        clear = lorawan.crypt_payload(self._application, False, self.address, data.f_cnt, data.payload)
        return data.f_cnt, float(clear[0] * multicast.SPREAD_STEP_S), codec.unpack(COMMAND, clear[1:])
