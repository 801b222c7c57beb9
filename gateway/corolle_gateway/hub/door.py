"""Where all that the city orders comes in, and who takes it."""

from corolle_gateway.hub import wishes
from corolle_gateway.hub.desk import Desk
from corolle_gateway.hub.settings_desk import SettingsDesk


class Door:
    """One topic for orders of every sort."""

    def __init__(self, desk: Desk, settings: SettingsDesk):
        self._desk = desk
        self._settings = settings

    async def order(self, name: str, payload: bytes) -> None:
        """Take what the city wrote on a command topic. sqlite3.Error when it could not be stored."""
        taker = self._settings if wishes.is_wish(payload) else self._desk
        await taker.order(name, payload)
