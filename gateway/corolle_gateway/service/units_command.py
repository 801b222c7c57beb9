"""`corolle-gateway units add`: a street's list of units into the file that the gateway reads."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser("units", help="the units that the gateway knows, and their keys")
    actions = parser.add_subparsers(dest="action", required=True)
    adding = actions.add_parser("add", help="take new, replaced and revoked units of a list")
    adding.add_argument(
        "list", type=Path, metavar="FILE", help="what `corolle units seal` made, or a units.json"
    )
    adding.add_argument("--config", type=Path, required=True, metavar="FILE", help="the gateway's TOML file")
    adding.add_argument("--passphrase-file", type=Path, metavar="FILE", help="mode 600; left out: asked for")
    adding.set_defaults(run=_add)


def _add(given: argparse.Namespace) -> int:
    from corolle_gateway.service import units_list  # a gateway that runs need not have it

    added = units_list.add(given.list, given.config, given.passphrase_file)
    print(f"{added.place}: {added.new} new, {added.changed} changed, {added.total} in all")
    if added.new or added.changed:
        print("A gateway that runs takes them within seconds; its log says so: units_taken")
    return 0
