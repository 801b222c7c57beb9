"""Where all that the city orders comes in, and who takes it."""

from corolle_gateway.hub import wishes
from corolle_gateway.hub.alarming import desk as alarm_desk
from corolle_gateway.hub.alarming.desk import AlarmDesk
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.group_desk import GroupDesk
from corolle_gateway.hub.places import Places
from corolle_gateway.hub.settings_desk import SettingsDesk


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
        if wishes.is_wish(payload):
            await self._settings.order(name, payload)
        elif alarm_desk.is_acknowledgement(payload):
            await self._alarms.order(name, payload)
        elif self._places.members(name) and not self._places.is_unit(name):
            await self._groups.order(name, payload)
        else:
            await self._desk.order(name, payload)
