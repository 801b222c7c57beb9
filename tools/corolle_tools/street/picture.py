"""The street as an SVG picture: a frame of the view, drawn without fetching a font from anywhere."""

from io import StringIO
from pathlib import Path

from rich.console import Console

from corolle_tools.street.ledger import Ledger
from corolle_tools.street.marks import BLOCKS
from corolle_tools.street.view import Facts, frame

_COLUMNS, _LINES = 112, 30

# What rich fills in is named by it; see rich.console.Console.export_svg.
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{ font: {char_height}px "DejaVu Sans Mono", Menlo, monospace; white-space: pre; }}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def save_picture(path: Path, ledger: Ledger, facts: Facts) -> None:
    """Write the present frame as an SVG picture. Raises OSError when the file cannot be written."""
    console = Console(
        record=True, file=StringIO(), width=_COLUMNS, force_terminal=True, color_system="truecolor"
    )
    console.print(frame(ledger, facts, BLOCKS, _COLUMNS, _LINES))
    console.save_svg(str(path), title="corolle street", code_format=_SVG, unique_id="street")
