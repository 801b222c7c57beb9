"""Where all that the city orders comes in, and who takes it."""

from corolle_gateway.hub import orders, wishes
from corolle_gateway.hub.alarming import desk as alarm_desk
from corolle_gateway.hub.alarming.desk import AlarmDesk
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.group_desk import GroupDesk
from corolle_gateway.hub.places import Places
from corolle_gateway.hub.settings_desk import SettingsDesk
from corolle_gateway.model import Unit


class Door:
    """One topic for orders of every sort."""

    def __init__(
        self, places: Places, desk: Desk, groups: GroupDesk, settings: SettingsDesk, alarms: AlarmDesk
    ):
        self._places = places
        self._desk = desk
        self._groups = groups
        self._settings = settings
        self._alarms = alarms

    async def order(self, name: str, payload: bytes) -> None:
        """Take what the city wrote on a command topic. sqlite3.Error when it could not be stored."""
        verb = orders.verb_of(payload)
        if verb == wishes.VERB:
            await self._settings.order(name, payload)
        elif verb == alarm_desk.VERB:
            await self._alarms.order(name, payload)
        elif self.is_group(name):
            await self._groups.order(name, payload)
        else:
            await self._desk.order(name, payload)

    def is_group(self, name: str) -> bool:
        """Whether more than one unit may go by a name: a group, a site or a kind that somebody belongs to."""
        return bool(self._places.members(name)) and not self._places.is_unit(name)

    def members(self, name: str) -> list[Unit]:
        """The units that go by a name; none when nobody knows it."""
        return self._places.members(name)

    def groups(self) -> list[str]:
        """The names of groups and sites."""
        return self._places.groups()

    def check(self, name: str, payload: bytes, now_s: float) -> None:
        """OrderError when a command would be refused."""
        if self.is_group(name):
            self._groups.read(name, payload, now_s)
        else:
            orders.read(next(iter(self._places.members(name)), None), payload, now_s)
