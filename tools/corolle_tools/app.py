"""The `corolle` command: one file a command, gathered here."""

import typer

from corolle_tools.bench.cli import app as bench
from corolle_tools.ble.cli import app as ble
from corolle_tools.boards.cli import app as boards
from corolle_tools.codec.cli import app as codec
from corolle_tools.command import command
from corolle_tools.console.cli import console
from corolle_tools.desk.cli import board
from corolle_tools.flash.cli import flash
from corolle_tools.provision.cli import label, provision
from corolle_tools.provision.units_cli import app as units
from corolle_tools.replay.cli import app as replay
from corolle_tools.sanitary.cli import app as sanitary
from corolle_tools.serial.doctor import doctor
from corolle_tools.serial.logs import logs
from corolle_tools.serial.shell import shell
from corolle_tools.settings import settings
from corolle_tools.street.cli import street

app = typer.Typer(
    help="Connected street furniture: a street to try, and the tools to build one.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(street)
app.command()(command)
app.command()(settings)
app.command()(console)
app.command()(board)
app.command()(flash)
app.command()(logs)
app.command()(shell)
app.command()(doctor)
app.command()(provision)
app.command()(label)
app.add_typer(ble, name="ble")
app.add_typer(bench, name="bench")
app.add_typer(boards, name="boards")
app.add_typer(codec, name="codec")
app.add_typer(replay, name="replay")
app.add_typer(sanitary, name="sanitary")
app.add_typer(units, name="units")


def main() -> None:
    """Run the command line."""
    app()
