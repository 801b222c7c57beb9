"""SVG by hand: the few shapes that a wiring needs, in millimetres."""

from xml.sax.saxutils import escape, quoteattr

Point = tuple[float, float]


def text(
    at: Point, words: str, size: float = 2.6, anchor: str = "start", colour: str = "#111", bold: bool = False
) -> str:
    """A line of text; `at` is its foot, at its start, middle or end."""
    weight = ' font-weight="bold"' if bold else ""
    place = f'x="{at[0]:.2f}" y="{at[1]:.2f}" font-size="{size:.2f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}"{weight}>{escape(words)}</text>'


def rectangle(at: Point, size: Point, fill: str, stroke: str = "#111", radius: float = 0.8) -> str:
    """A box with round corners."""
    place = f'x="{at[0]:.2f}" y="{at[1]:.2f}" width="{size[0]:.2f}" height="{size[1]:.2f}"'
    return f'<rect {place} rx="{radius}" fill="{fill}" stroke="{stroke}" stroke-width="0.25"/>'


def lines(stretches: list[list[Point]], colour: str, width: float) -> str:
    """Stretches of one line, as one path."""
    path = " ".join(
        "M" + " L".join(f"{x:.2f} {y:.2f}" for x, y in stretch)
        for stretch in stretches
        if len(set(stretch)) > 1
    )
    style = f'stroke="{colour}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="{path}" fill="none" {style}/>'


def dot(at: Point, colour: str, radius: float = 0.7) -> str:
    """A joint."""
    return f'<circle cx="{at[0]:.2f}" cy="{at[1]:.2f}" r="{radius}" fill="{colour}"/>'


def group(name: str, title: str, *shapes: str) -> str:
    """Shapes that are one thing, with the words that a viewer shows for it."""
    inside = "\n".join(shapes)
    return f"<g id={quoteattr(name)}>\n<title>{escape(title)}</title>\n{inside}\n</g>"


def page(width: float, height: float, title: str, shapes: list[str]) -> str:
    """The whole document."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}mm" height="{height:.0f}mm" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="Helvetica, Arial, sans-serif">'
    )
    paper = f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>'
    return "\n".join((head, f"<title>{escape(title)}</title>", paper, *shapes, "</svg>", ""))
