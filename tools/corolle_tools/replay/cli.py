"""`corolle replay`: what can be replayed."""

import typer

from corolle_tools.replay.canopy import canopy
from corolle_tools.replay.faults import faults
from corolle_tools.replay.lamp import lamp
from corolle_tools.replay.valves import valves
from corolle_tools.replay.wave import wave

app = typer.Typer(
    no_args_is_help=True, help="Live through nights and seasons in seconds, the same ones for the same seed."
)


app.command()(lamp)
app.command()(canopy)
app.command()(faults)
app.command()(valves)
app.command()(wave)
