"""`corolle-gateway log`: the log read back by unit, time, level and text."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from corolle_gateway import config
from corolle_gateway.log import LEVELS
from corolle_gateway.logs import reader, sieve
from corolle_gateway.logs.folder import log_folder
from corolle_gateway.logs.sieve import Sieve


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser("log", help="read the log back, also from a copied SD card")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--data-dir", type=Path, metavar="DIR", help="the gateway's data_dir, or a copy of it")
    where.add_argument("--config", type=Path, metavar="FILE", help="the gateway's TOML file")
    parser.add_argument("--unit", metavar="NAME", help="lines about one unit")
    parser.add_argument("--since", type=_moment, metavar="TIME", help=sieve.MOMENT_RULE)
    parser.add_argument("--until", type=_moment, metavar="TIME", help="as --since")
    parser.add_argument("--level", choices=LEVELS, default=LEVELS[0], help="at least so grave")
    parser.add_argument("--text", metavar="TEXT", help="lines with this text, in whichever case")
    parser.add_argument("--follow", action="store_true", help="go on with what is written from now on")
    parser.set_defaults(run=_run)


def _moment(text: str) -> str:
    try:
        return sieve.moment(text, time.time())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} must be {sieve.MOMENT_RULE}") from error


def _run(given: argparse.Namespace) -> int:
    folder = log_folder(given.data_dir or config.load(given.config).gateway.data_dir)
    wanted = Sieve(given.unit, given.since, given.until, given.level, given.text)
    try:
        torn = _show(reader.lines(folder, given.follow), wanted.passes)
        if torn:
            print(f"corolle-gateway: left out what a power cut has torn: {torn} lines", file=sys.stderr)
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:  # whoever reads has enough; Python would say so once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _show(lines: Iterable[str | None], passes: Callable[[str], bool | None]) -> int:
    """Print what is wanted; how many lines were torn."""
    torn = 0
    for line in lines:
        if line is None:
            sys.stdout.flush()
            continue
        verdict = passes(line)
        if verdict:
            print(line)
        torn += verdict is None and bool(line)
    sys.stdout.flush()
    return torn
