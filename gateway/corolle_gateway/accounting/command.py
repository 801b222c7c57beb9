"""`corolle-gateway account`: a month's energy, water and service, against baselines, as CSV."""

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from corolle_gateway import config
from corolle_gateway.accounting import csv_file, reading, words
from corolle_gateway.accounting.baselines import Baselines
from corolle_gateway.accounting.statement import WAYS
from corolle_gateway.config_keys import FORMER_W, TIMER_L_DAY
from corolle_gateway.errors import StoreError
from corolle_gateway.months import DEFAULT_ZONE, Months
from corolle_gateway.store.database import FILE_NAME

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def add(commands: Any) -> None:
    """Add the command to the command line's."""
    parser = commands.add_parser("account", help="a month's energy, water and service, as CSV")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--config", type=Path, metavar="FILE", help="the gateway's TOML file")
    where.add_argument("--db", type=Path, metavar="FILE", help="a gateway's database, or a copy of it")
    parser.add_argument("--month", type=_month, required=True, metavar="YYYY-MM", help="which one")
    parser.add_argument("--by", choices=WAYS, default=WAYS[0], help="what a line is of")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="where to; left out: to the terminal")
    parser.add_argument("--lang", choices=words.LANGUAGES, default="fr", help="heads and decimal mark")
    parser.add_argument("--former-w", type=_watts, metavar="W", help="a former luminaire's power, everywhere")
    parser.add_argument(
        "--timer-l-day", type=_litres, metavar="L", help="what a timer would give a canopy a day"
    )
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    path, zone, baselines = _asked(given)
    account = reading.read(path, given.month, Months(zone))
    text = csv_file.written(account, baselines, given.by, zone, given.lang)
    if given.csv is None:
        sys.stdout.write(text.removeprefix(csv_file.MARK))
        return 0
    try:
        given.csv.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise StoreError(f"{given.csv}: cannot be written: {error.strerror}") from error
    print(f"{given.csv}: {given.month}, {len(account.units)} units")
    return 0


def _asked(given: argparse.Namespace) -> tuple[Path, str, Baselines]:
    """The database, the time zone and the baselines; what the command says goes before the configuration."""
    path, zone, former_w, timer_l_day = given.db, DEFAULT_ZONE, {}, None
    if given.config:
        settings = config.load(given.config)
        path, asked = settings.gateway.data_dir / FILE_NAME, settings.accounting
        zone, former_w, timer_l_day = asked.time_zone, asked.former_w, asked.timer_l_day
    if given.former_w is not None:
        former_w = {"": given.former_w}
    if given.timer_l_day is not None:
        timer_l_day = given.timer_l_day
    return path, zone, Baselines(former_w, timer_l_day)


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} must be a month, as in 2026-11")
    return text


def _watts(text: str) -> float:
    return _figure(text, FORMER_W)


def _litres(text: str) -> float:
    return _figure(text, TIMER_L_DAY)


def _figure(text: str, legal: tuple[float, float]) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not legal[0] <= value <= legal[1]:
        raise argparse.ArgumentTypeError(f"{text!r} must be from {legal[0]:g} to {legal[1]:g}")
    return value
