"""All that is looked at, in the order in which a technician would."""

from collections.abc import Iterator
from pathlib import Path

from corolle_gateway import config, units_file
from corolle_gateway.config import Config
from corolle_gateway.errors import ConfigError
from corolle_gateway.service.check import broker, concentrator, database, devices, machine
from corolle_gateway.service.check.finding import Finding, bad, good


def findings(path: Path, wait_s: float) -> Iterator[Finding]:
    """All that was found, one thing after the other; `wait_s` for a concentrator that is to speak up."""
    try:
        settings = config.load(path)
    except ConfigError as error:
        yield bad("configuration", "told", why=error)
        return
    who = settings.gateway
    yield good("configuration", "config_read", site=who.site, gateway=who.name, path=path)
    yield _units(settings)
    yield machine.clock()
    yield machine.zone()
    yield from machine.disk(settings)
    yield database.database(settings)
    yield devices.bluetooth(settings)
    yield devices.console(settings)
    if settings.chirpstack:
        yield from broker.broker("chirpstack", settings.chirpstack.broker)
    else:
        yield concentrator.concentrator(settings, wait_s)
    yield from broker.broker("broker", settings.broker)


def _units(settings: Config) -> Finding:
    try:
        found = units_file.load(settings.units_file)
    except ConfigError as error:
        return bad("units", "told", why=error)
    return good("units", "units_read", n=len(found), path=settings.units_file)
