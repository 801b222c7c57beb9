"""`corolle sanitary export UNIT`: the "fichier sanitaire" of a unit and a period, on paper or as a table."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from corolle_gateway.errors import StoreError
from corolle_gateway.store.database import FILE_NAME

from corolle_tools.sanitary import csv_file, reading
from corolle_tools.sanitary.dossier import Dossier

_USAGE, _BROKEN = 2, 3

app = typer.Typer(no_args_is_help=True, help="What the authorities ask of public misting.")


@app.callback()
def sanitary() -> None:
    """What the authorities ask of public misting."""


@app.command()
def export(
    unit: Annotated[str, typer.Argument(help="The unit's name, as the gateway knows it.")],
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE", help="The first day.")
    ],
    last: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], metavar="DATE", help="The last day, included.")
    ],
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it for paper.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it for a spreadsheet.")] = None,
    db: Annotated[Path | None, typer.Option(metavar="FILE", help="The gateway's database.")] = None,
    state: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of a street instead.")] = None,
) -> None:
    """Print a unit's "fichier sanitaire", in French, from what its gateway keeps.

    The chain is checked over the whole log. Ends with 0 when it holds, with 3 when it does not, or when there
    are several records of one number: the document is written all the same and shows where; with 2 when
    nothing could be written.
    """
    try:
        if (pdf is None) == (csv is None):
            raise ValueError("give either --pdf FILE or --csv FILE")
        if last < first:
            raise ValueError(f"--to {last:%Y-%m-%d} lies before --from {first:%Y-%m-%d}")
        dossier = Dossier.make(*reading.read(_database(db, state), unit), first.date(), last.date())
        path = _saved(dossier, pdf, csv)
    except (ValueError, OSError, StoreError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(_USAGE) from None
    print(f"{path}: {len(dossier.lines)} operations of {unit}, {first:%Y-%m-%d} to {last:%Y-%m-%d}")
    _tell_faults(dossier)
    raise typer.Exit(_BROKEN if dossier.faults or dossier.contradicted else 0)


def _database(db: Path | None, state: Path | None) -> Path:
    if db and not state:
        return db
    if state and not db:
        return state / "gateway" / FILE_NAME
    raise ValueError("give either --db FILE or --state DIR")


def _saved(dossier: Dossier, pdf: Path | None, csv: Path | None) -> Path:
    if pdf:
        # Imported here because it takes half a second, which no other command has to wait for.
        from corolle_tools.sanitary import pdf_file

        pdf_file.save(pdf, dossier)
        return pdf
    path = csv or Path()
    csv_file.save(path, dossier)
    return path


def _tell_faults(dossier: Dossier) -> None:
    for line in dossier.faults:
        number = line.entry.record.number
        what = (
            f"records {line.missing[0]} to {line.missing[1]} are missing before"
            if line.missing
            else "broken at"
        )
        print(f"{dossier.unit.name}: the chain is interrupted: {what} record {number}", file=sys.stderr)
    for line in dossier.contradicted:
        versions, number = len(line.others) + 1, line.entry.record.number
        print(f"{dossier.unit.name}: contradiction: {versions} records of number {number}", file=sys.stderr)
