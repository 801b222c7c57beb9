"""A label as SVG, by hand: what a label printer's program or a browser prints in its true size."""

from corolle_tools.boards.wiring import svg
from corolle_tools.provision.label import HEIGHT_MM, WIDTH_MM, Code, Label


def drawn(label: Label) -> str:
    """The document."""
    texts = [
        svg.text((text.x_mm, text.y_mm), text.words, text.size_mm, bold=text.is_bold) for text in label.texts
    ]
    return svg.page(WIDTH_MM, HEIGHT_MM, label.title, [_code(label.code), *texts])


def _code(code: Code) -> str:
    """One path in modules, made as large as it is to be: its edges meet whatever is rounded."""
    path = "".join(f"M{column} {row}h{length}v1h-{length}z" for column, row, length in code.runs)
    place = f'transform="translate({code.x_mm:.4f} {code.y_mm:.4f}) scale({code.module_mm:.6f})"'
    return f'<path {place} shape-rendering="crispEdges" fill="#000" d="{path}"/>'
