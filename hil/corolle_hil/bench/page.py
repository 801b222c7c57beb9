"""The bench's report: one HTML page that needs nothing beside it, plots included."""

import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape

from corolle_hil.bench.figures import Figure
from corolle_hil.bench.plots import svg
from corolle_hil.bench.told import Outcome

_WORDS = ("passed", "failed", "skipped")
# By night it is dark, for whoever stands at the rig; the plots' colours keep their hues.
_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem }
table { border-collapse: collapse; margin: .5rem 0 } td { padding: .15rem .9rem .15rem 0 }
td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
pre { white-space: pre-wrap; background: #f4f1ec; padding: .6rem } svg { max-width: 100%; height: auto }
.passed { color: #17693a } .failed { color: #b3261e } .skipped { color: #6b6f6d }
@media (prefers-color-scheme: dark) {
  pre { background: #2b2723 } svg { filter: invert(1) hue-rotate(180deg) }
  .passed { color: #6fcf97 } .failed { color: #ff8a80 } .skipped { color: #a5a9a7 }
}
"""


def page(rig: str, outcomes: Sequence[Outcome]) -> str:
    """The whole page."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    counts = Counter(each.outcome for each in outcomes)
    told = ", ".join(f'<span class="{word}">{counts[word]} {word}</span>' for word in _WORDS)
    body = "\n".join([_index(outcomes), *map(_section, outcomes)])
    title = f"corolle bench: {escape(rig)}"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n"
        f"<p>{now}, Python {platform.python_version()} on {escape(platform.platform())}</p>\n<p>{told}</p>\n"
        f"{body}\n</body></html>\n"
    )


def _index(outcomes: Iterable[Outcome]) -> str:
    rows = [
        f'<tr><td><a href="#{escape(each.name)}">{escape(each.name)}</a></td>'
        f'<td class="{each.outcome}">{each.outcome}</td><td class="n">{each.seconds:.1f} s</td></tr>'
        for each in outcomes
    ]
    return f"<table>{''.join(rows)}</table>"


def _section(outcome: Outcome) -> str:
    name, measured = escape(outcome.name), outcome.measured
    parts = [f'<h2 id="{name}">{name}: <span class="{outcome.outcome}">{outcome.outcome}</span></h2>']
    notes = [f"<tr><td>{escape(name)}</td><td>{escape(text)}</td></tr>" for name, text in measured.notes]
    for rows in (list(map(_row, measured.figures)), notes):
        parts.append(f"<table>{''.join(rows)}</table>")
    if outcome.why:
        parts.append(f"<pre>{escape(outcome.why)}</pre>")
    return "\n".join(parts + [svg(plot) for plot in measured.plots])


def _row(figure: Figure) -> str:
    word = "passed" if figure.ok else "failed"
    return (
        f'<tr><td>{escape(figure.name)}</td><td class="n {word}">{escape(figure.told)}</td>'
        f"<td>{escape(figure.limits)}</td></tr>"
    )
