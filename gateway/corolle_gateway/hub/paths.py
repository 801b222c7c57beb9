"""Two ways to a unit: straight over Bluetooth when it is near, else over LoRaWAN."""

from typing import Protocol

from corolle_gateway.model import Downlink, Sent

_CLASS_C = "C"


class Far(Protocol):
    """LoRaWAN."""

    async def send_now(self, downlink: Downlink) -> Sent:
        """Send to a class C unit, which always listens."""
        ...


class Near(Protocol):
    """Bluetooth."""

    def is_near(self, unit: str) -> bool:
        """Whether a unit was heard lately and may be spoken to now."""
        ...

    async def send_now(self, downlink: Downlink) -> Sent:
        """Send to a unit that is near."""
        ...

    async def settings(self, unit: str, wish: dict[str, int]) -> dict[str, int] | None:
        """Have a unit that is near run these settings; all that it runs then, None when that failed."""
        ...


class Paths:
    """`near` is None where the gateway has no Bluetooth."""

    def __init__(self, far: Far, near: Near | None):
        self._far = far
        self._near = near

    def is_near(self, unit: str) -> bool:
        """Whether a unit can be spoken to now, of whichever class it is."""
        return self._near is not None and self._near.is_near(unit)

    async def send_now(self, downlink: Downlink) -> Sent:
        """Send by the near way if there is one; what that does not do is done by the far one."""
        unit = downlink.unit
        if self._near and self._near.is_near(unit.name):
            sent = await self._near.send_now(downlink)
            if sent.ok or unit.radio_class != _CLASS_C:
                return sent
        elif unit.radio_class != _CLASS_C:
            return Sent(False, "not_near")  # it went while its command was on its way here
        return await self._far.send_now(downlink)

    async def send_far(self, downlink: Downlink) -> Sent:
        """Send by the far way."""
        return await self._far.send_now(downlink)

    async def settings(self, unit: str, wish: dict[str, int]) -> dict[str, int] | None:
        """Have a unit run these settings by the near way; all that it runs then, None when that failed."""
        if self._near and self._near.is_near(unit):
            return await self._near.settings(unit, wish)
        return None
