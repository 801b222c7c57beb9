"""`corolle logs`: what a node has logged, its last crash, and what it logs from now on."""

import re
import sys
import time
from typing import Annotated

import typer

from corolle_tools.console.ports import NoPort
from corolle_tools.serial.choosing import Port, chosen
from corolle_tools.serial.node_line import NodeLine, Refused, Silent

_LEVELS = ("debug", "info", "warn", "error")
_LEVEL = re.compile(r"\blevel=(\w+)")
_FAILED, _USAGE = 1, 2
_LOOK_S = 0.5
_AGAIN_S = 1.0

_Level = Annotated[str, typer.Option(help=f"This and graver: {', '.join(_LEVELS)}.")]
_Text = Annotated[str | None, typer.Option("--text", metavar="TEXT", help="Lines with this in them alone.")]


def logs(
    port: Port = None,
    level: _Level = "debug",
    text: _Text = None,
    crash: Annotated[bool, typer.Option("--crash/--no-crash", help="The last crash, too.")] = True,
    follow: Annotated[bool, typer.Option("--follow/--no-follow", help="Go on until ctrl-C.")] = True,
) -> None:
    """Print the log that a node keeps, oldest first, its last crash, then what it logs as it happens.

    The node goes on with its work. A cable that was pulled is waited for.
    """
    if level not in _LEVELS:
        print(f"--level {level} is none of {', '.join(_LEVELS)}", file=sys.stderr)
        raise typer.Exit(_USAGE)
    try:
        _Reader(chosen(port), level, text, crash).run(follow)
    except KeyboardInterrupt:
        return
    except (NoPort, Silent, Refused) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_USAGE if isinstance(error, NoPort) else _FAILED) from None


class _Reader:
    def __init__(self, port: str, level: str, text: str | None, crash: bool):
        self._port = port
        self._gravest = _LEVELS.index(level)
        self._text = text
        self._crash = crash

    def run(self, follow: bool) -> None:
        with NodeLine(self._port, self._print) as line:
            for kept in line.ask("log"):
                self._print(kept)
            if self._crash:
                self._print_crash(line)
            if not follow:
                return
            while self._follows(line):
                pass
        self._wait_for_cable()

    def _print_crash(self, line: NodeLine) -> None:
        try:
            print("--- last crash\n" + "\n".join(line.ask("crash")), flush=True)
        except Refused:
            print("--- no crash is kept", flush=True)

    def _follows(self, line: NodeLine) -> bool:
        try:
            line.follow(_LOOK_S)
        except NoPort as gone:
            print(f"--- {gone}; waiting for it", file=sys.stderr)
            return False
        return True

    def _wait_for_cable(self) -> None:
        while True:
            try:
                with NodeLine(self._port, self._print) as line:
                    print("--- the cable is back", file=sys.stderr)
                    while self._follows(line):
                        pass
            except NoPort:
                time.sleep(_AGAIN_S)

    def _print(self, line: str) -> None:
        found = _LEVEL.search(line)
        if found and found[1] in _LEVELS and _LEVELS.index(found[1]) < self._gravest:
            return
        if self._text is None or self._text in line:
            print(line, flush=True)
