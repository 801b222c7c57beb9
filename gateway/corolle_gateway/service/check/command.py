"""The command: one line a finding, exit status 1 when something is bad."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corolle_gateway import config, units_file
from corolle_gateway.config import Config
from corolle_gateway.errors import ConfigError
from corolle_gateway.service.check import broker, concentrator, database, devices, machine, words
from corolle_gateway.service.check.finding import Finding, bad, good


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser(
        "check", help="whether all that the gateway stands on is well, and what to do"
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="the gateway's TOML file")
    parser.add_argument(
        "--lang", choices=words.LANGUAGES, default=_language(), help="by default this terminal's"
    )
    parser.add_argument(
        "--wait", type=float, default=concentrator.WAIT_S, metavar="SECONDS", help="for a concentrator (12)"
    )
    parser.set_defaults(run=_run)


def _language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "fr" if spoken.startswith("fr") else "en"


def _run(given: argparse.Namespace) -> int:
    states = set()
    for finding in _findings(given.config, given.wait):
        print(words.line(finding, given.lang), flush=True)
        states.add(finding.state)
    return int("bad" in states)


def _findings(path: Path, wait_s: float) -> Iterator[Finding]:
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
