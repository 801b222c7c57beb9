"""Programs that were linked before, kept beside what was compiled: linking takes seconds."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from corolle_hil.mpy import cache_folder

from corolle_tools.link.linker import Linked, link
from corolle_tools.link.program import Program


def linked(
    names: list[str], read: Callable[[str], str], start: str, certain: Iterable[str], asked: Iterable[str]
) -> Linked:
    """What `link` makes of the modules `names`, whose sources `read` gives; made once for each content.

    Raises LinkError for a module that cannot be linked.
    """
    certain, asked = sorted(certain), sorted(asked)
    linker = [path.read_text() for path in sorted(Path(__file__).parent.glob("*.py"))]
    content = repr(([(name, read(name)) for name in names], start, certain, asked, linker))
    kept = cache_folder() / f"{hashlib.sha256(content.encode()).hexdigest()[:32]}.json"
    if not kept.exists():
        _keep(link(Program(names, read), start, certain, asked), kept)
    told = json.loads(kept.read_text())
    return Linked(told["sources"], tuple(told["origins"]), told["texts"])


def _keep(made: Linked, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as fresh:
        json.dump(asdict(made), fresh)
    Path(fresh.name).rename(path)
