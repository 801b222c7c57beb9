"""`corolle-gateway user`: who may log in at the console."""

import argparse
import getpass
from pathlib import Path
from typing import Any

from corolle_gateway import config
from corolle_gateway.console.users import NAME, NAME_RULE, SHORTEST, Users
from corolle_gateway.errors import ConfigError, StartError

_CONFIG = "the gateway's TOML file"


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser("user", help="who may log in at the serial console")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, run, told in (
        ("add", _add, "add a user, or give one another password; it is asked for"),
        ("remove", _remove, "a user may not log in any more"),
        ("list", _list, "name them"),
    ):
        action = actions.add_parser(name, help=told)
        if run is not _list:
            action.add_argument("name", metavar="NAME", help=NAME_RULE)
        action.add_argument("--config", type=Path, required=True, metavar="FILE", help=_CONFIG)
        action.set_defaults(run=run)


def _add(given: argparse.Namespace) -> int:
    users = _users(given)
    if not NAME.fullmatch(given.name):
        raise StartError(f"user {given.name!r}: a name must be {NAME_RULE}: it signs orders")
    password = getpass.getpass(f"Password for {given.name}: ")
    if len(password) < SHORTEST:
        raise StartError(f"a password must have at least {SHORTEST} characters")
    if getpass.getpass("The same again: ") != password:
        raise StartError("the two are not the same: nothing was changed")
    try:
        users.put(given.name, password)
    except OSError as error:
        raise ConfigError(f"{users.path}: cannot be written: {error.strerror}") from error
    print(f"{given.name} may log in.")
    return 0


def _remove(given: argparse.Namespace) -> int:
    users = _users(given)
    try:
        users.remove(given.name)
    except KeyError:
        raise StartError(f"no user {given.name!r}: there are {', '.join(users.names()) or 'none'}") from None
    except OSError as error:
        raise ConfigError(f"{users.path}: cannot be written: {error.strerror}") from error
    print(f"{given.name} may not log in any more.")
    return 0


def _list(given: argparse.Namespace) -> int:
    for name in _users(given).names():
        print(name)
    return 0


def _users(given: argparse.Namespace) -> Users:
    folder = config.load(given.config).gateway.data_dir
    if not folder.is_dir():
        raise ConfigError(f"{folder}: there is no such folder: let the gateway run once, or make it")
    return Users(folder)
