"""The options of `corolle replay lamp`. Base and hold have the ranges that the firmware's settings have."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from corolle_hil.world.scenario import WEEKS

FLOW_PER_H = 7.6
BASE_PCT = 0, 100
HOLD_S = 5, 900
FIRST_START = datetime(2026, 1, 1, tzinfo=UTC)  # as a node's clock has it
SUMMER = datetime.fromtimestamp(WEEKS["summer"], UTC)

NightsCount = Annotated[int, typer.Option(min=1, help="How many, each from noon to noon by the sun.")]
Flow = Annotated[
    float | None,
    typer.Option(min=0, metavar="PER_HOUR", help=f"Passages an hour.  [default: {FLOW_PER_H}]"),
]
Counts = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Passages as a counter has counted them, instead of --flow: the CSV file that its city "
        "publishes, as Paris and Seattle do, or one with the columns `time` (ISO 8601, the beginning of the "
        "interval, French local time unless it has an offset) and `count`. Quarter hours, directions and "
        "sensors add up to their hour; hours that the file lacks get the mean of their weekday and hour.",
    ),
]
Base = Annotated[int, typer.Option(metavar="PCT", help="Level with nobody near, {} to {}.".format(*BASE_PCT))]
Hold = Annotated[
    int,
    typer.Option(metavar="S", help="How long light stays after a movement, {} to {}.".format(*HOLD_S)),
]
Latitude = Annotated[float, typer.Option(min=-90, max=90, help="Degrees north.")]
Longitude = Annotated[float, typer.Option(min=-180, max=180, help="Degrees east.")]
Start = Annotated[
    datetime,
    typer.Option(
        formats=["%Y-%m-%d"], metavar="DATE", help="The first evening.", show_default=f"{SUMMER:%Y-%m-%d}"
    ),
]
Seed = Annotated[int, typer.Option(help="The same seed sends the same people past.")]
View = Annotated[
    float, typer.Option(min=0.1, max=30, metavar="M", help="How far to either side the sensor sees.")
]
SensorHold = Annotated[
    float, typer.Option(min=0, max=300, metavar="S", help="How long the sensor goes on seeing who has gone.")
]
Losses = Annotated[
    float, typer.Option(min=0, max=20, metavar="W", help="What the luminaire's driver takes at every level.")
]
Png = Annotated[Path | None, typer.Option(metavar="FILE", help="Save a picture of one night.")]
PngNight = Annotated[
    int, typer.Option(min=0, metavar="N", help="Which night; 0: the one with the most passages.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line, the sum last.")]
