"""The options of `corolle replay canopy`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from corolle_hil.world.planter import CROPS

SUMMER = datetime(2026, 6, 15)

Days = Annotated[int, typer.Option(min=1, max=366, help="How many, from local midnight to midnight.")]
WeatherFile = Annotated[
    Path | None,
    typer.Option(
        "--weather",
        metavar="FILE.epw",
        help="A typical year as EnergyPlus weather files have it. Many lack rain.  [default: "
        "days drawn around the normals of Toulouse]",
    ),
]
Rain = Annotated[
    float | None,
    typer.Option(
        "--rain-mm-month",
        min=0,
        metavar="MM",
        help="Rain of each month, on its most humid days, in place of the file's.  [default: the file's]",
    ),
]
Start = Annotated[
    datetime,
    typer.Option(
        formats=["%Y-%m-%d"], metavar="DATE", help="The first day.", show_default=f"{SUMMER:%Y-%m-%d}"
    ),
]
Seed = Annotated[int, typer.Option(help="The same seed grows the same canopy in the same weather.")]
Crop = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help=f"What grows: {', '.join(CROPS)}, by the tables of FAO-56.  [default: a canopy of the seed's]",
    ),
]
Passers = Annotated[
    float, typer.Option(min=0, metavar="PER_HOUR", help="Who passes, where a sensor sees people.")
]
Setting = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting of the firmware. May be given repeatedly."),
]
Png = Annotated[Path | None, typer.Option(metavar="FILE", help="Save a picture of the season.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, the sum last.")]
