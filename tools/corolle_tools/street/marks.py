"""The signs a view is drawn with: blocks where the terminal has them, plain ASCII where it has not."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Marks:
    """One way to draw."""

    levels: str  # from dark to full light, for a lamp of one cell
    full: str
    empty: str
    signal: str  # from nothing to full strength
    dot: str
    minus: str
    times: str
    degree: str
    rule: str
    ellipsis: bool

    def light(self, level_pct: int) -> str:
        """A lamp as one cell."""
        return self.levels[round(level_pct / 100 * (len(self.levels) - 1))]

    def bar(self, level_pct: int, cells: int) -> str:
        """A level as a bar; a lamp that burns at all shows at least one cell."""
        filled = max(round(level_pct / 100 * cells), 1 if level_pct else 0)
        return self.full * filled + self.empty * (cells - filled)

    def strength(self, share: float) -> str:
        """A signal as four growing bars, `share` from 0 to 1."""
        heard = round(max(0.0, min(1.0, share)) * 4)
        return self.signal[1 : heard + 1] + self.signal[0] * (4 - heard)


BLOCKS = Marks(
    levels="·▁▂▃▄▅▆▇█",
    full="█",
    empty="░",
    signal="·▂▄▆█",
    dot=" · ",
    minus="\N{MINUS SIGN}",
    times="\N{MULTIPLICATION SIGN}",
    degree="°C",
    rule="─",
    ellipsis=True,
)
ASCII = Marks(
    levels=".:-=+*%#@",
    full="#",
    empty=".",
    signal=".1234",
    dot="  ",
    minus="-",
    times="x",
    degree="C",
    rule="-",
    ellipsis=False,
)


def marks_for(encoding: str) -> Marks:
    """The richest signs that an encoding can carry."""
    try:
        "".join(str(sign) for sign in vars(BLOCKS).values()).encode(encoding)
    except UnicodeEncodeError:
        return ASCII
    return BLOCKS
