"""The units whose keys a technician has: those of a site's or a street's units.json."""

from pathlib import Path

from corolle.wire.derive import BIND, SERVICE, derive
from corolle_gateway import units_file
from corolle_gateway.errors import ConfigError
from corolle_gateway.links.lorawan.keys import Key
from corolle_gateway.model import Registration

from corolle_tools.ble.faults import Usage


class Known:
    """A unit whose key is here. No repr of it tells a key.

    Attributes:
        bind: opens its adverts.
        service: proves that whoever connects is of the crew.
    """

    def __init__(self, registration: Registration):
        self.name = registration.unit.name
        self.kind = registration.unit.kind
        self.dev_eui = registration.unit.dev_eui
        root = Key(registration.app_key)
        self.bind = Key(derive(root, BIND))
        self.service = Key(derive(root, SERVICE))


class Keyring:
    """Units by name and by DevEUI."""

    def __init__(self, units: list[Known]):
        self.units = units

    @classmethod
    def load(cls, path: Path | None) -> "Keyring":
        """Read a units.json that nobody else may read; none: an empty ring. Usage says what is wrong."""
        if path is None:
            return cls([])
        try:
            return cls([Known(registration) for registration in units_file.load(path)])
        except ConfigError as error:
            raise Usage(str(error)) from error

    def find(self, name: str) -> Known | None:
        """The unit of a name or a DevEUI, or None."""
        asked = name.lower()
        return next((unit for unit in self.units if asked in (unit.name.lower(), unit.dev_eui)), None)
