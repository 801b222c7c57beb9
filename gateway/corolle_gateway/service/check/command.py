"""The command: one line a finding, exit status 1 when something is bad."""

import argparse
import os
from pathlib import Path
from typing import Any

from corolle_gateway.service.check import words

_WAIT_S = 12.0  # packet forwarders speak up every ten seconds, as they come


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
        "--wait", type=float, default=_WAIT_S, metavar="SECONDS", help="for a concentrator (12)"
    )
    parser.set_defaults(run=_run)


def _language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "fr" if spoken.startswith("fr") else "en"


def _run(given: argparse.Namespace) -> int:
    # It reads certificates: a gateway that runs without them has no use for the library.
    from corolle_gateway.service.check.everything import findings

    states = set()
    for finding in findings(given.config, given.wait):
        print(words.line(finding, given.lang), flush=True)
        states.add(finding.state)
    return int("bad" in states)
