"""`corolle ble`: what can be done with a unit from under its post."""

import typer

from corolle_tools.ble.command import command
from corolle_tools.ble.log import log
from corolle_tools.ble.restart import restart
from corolle_tools.ble.scan import scan
from corolle_tools.ble.settings import settings
from corolle_tools.ble.show import show

app = typer.Typer(
    no_args_is_help=True,
    help="Talk to units within Bluetooth's reach. Status: 0 done, 1 the unit said no, "
    "2 wrong command or files, 3 no Bluetooth, 4 not in range, 5 wrong key, 6 busy, 7 lost.",
)

app.command()(scan)
app.command()(show)
app.command()(command)
app.command()(settings)
app.command()(log)
app.command()(restart)
