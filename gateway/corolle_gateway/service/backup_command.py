"""`corolle-gateway backup` and `corolle-gateway restore`."""

import argparse
import time
from pathlib import Path
from typing import Any

from corolle_gateway.model import iso_utc
from corolle_gateway.service.passphrase import passphrase


def add(commands: Any) -> None:
    """Add the two commands to the command line's."""
    making = commands.add_parser("backup", help="the whole gateway in one sealed file, also while it runs")
    making.add_argument("--to", type=Path, required=True, metavar="BACKUP", help="the file to write")
    making.set_defaults(run=_back_up)
    placing = commands.add_parser("restore", help="put a backup in place, on this machine or another one")
    placing.add_argument("--from", dest="source", type=Path, required=True, metavar="BACKUP", help="the file")
    placing.add_argument("--replace", action="store_true", help="put what is there aside")
    placing.set_defaults(run=_restore)
    for parser in (making, placing):
        parser.add_argument(
            "--config", type=Path, required=True, metavar="FILE", help="the gateway's TOML file"
        )
        parser.add_argument(
            "--passphrase-file", type=Path, metavar="FILE", help="mode 600; left out: asked for"
        )


def _back_up(given: argparse.Namespace) -> int:
    from corolle_gateway.service import backup  # a gateway that runs need not have it

    word = passphrase(given.passphrase_file, is_new=True)
    made = backup.write(given.config, given.to, word, iso_utc(time.time()))
    print(
        f"{given.to}: {made.site}/{made.gateway} as of {made.made}, {len(made.files)} files and the database"
    )
    return 0


def _restore(given: argparse.Namespace) -> int:
    from corolle_gateway.service import restore

    word = passphrase(given.passphrase_file, is_new=False)
    placed = restore.restore(given.source, given.config, word, given.replace)
    print(
        f"{placed.site}/{placed.gateway} as of {placed.made} is in place; its other copy must not run again"
    )
    return 0
