"""Labels of the units in a units.json, into files."""

from pathlib import Path

from corolle_tools.provision import label_svg
from corolle_tools.provision.label import label
from corolle_tools.provision.units import ProvisionError, find, load


def save(units: Path, name: str, svg: Path | None, png: Path | None, pdf: Path | None, profile: str) -> int:
    """A unit's label in each form that is wanted: 1. ProvisionError, ValueError, OSError."""
    drawn = label(find(load(units), name, units), profile)
    if svg:
        svg.write_text(label_svg.drawn(drawn), encoding="utf-8")
    if png or pdf:
        from corolle_tools.provision import label_print  # half a second, for which an SVG need not wait

        if png:
            label_print.save_png(png, drawn)
        if pdf:
            label_print.save_pdf(pdf, drawn)
    return 1


def save_all(units: Path, pdf: Path, profile: str) -> int:
    """Sheets of the labels of all units but the revoked; how many. ProvisionError, ValueError, OSError."""
    from corolle_tools.provision import label_print

    drawn = [label(unit, profile) for unit in load(units).values() if not unit.revoked]
    if not drawn:
        raise ProvisionError(f"{units}: no unit to label")
    label_print.save_sheets(pdf, f"Labels of {units.name}", drawn)
    return len(drawn)
