"""A laptop with a street's units.json, and the commands that change it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from corolle_tools.app import app
from corolle_tools.identity import Identity
from corolle_tools.provision.units import load
from typer.testing import CliRunner


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


class Laptop:
    """A folder with a units.json, which no command ever tells a key of."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.units = folder / "units.json"

    def __call__(self, *words: object) -> Ended:
        """Run `corolle` with these words."""
        ran = CliRunner().invoke(app, [*map(str, words), "--units", str(self.units)])
        assert not isinstance(ran.exception, Exception), ran.exception
        if self.units.exists():
            keys = [entry[key] for entry in self.entries() for key in ("app_key", "group_key") if entry[key]]
            assert not [key for key in keys if key in ran.output]
        return Ended(ran.exit_code, ran.stdout, ran.stderr)

    def lamp(self, name: str, *words: str) -> Identity:
        """Provision a lamp."""
        told = ("--kind", "lamp", "--site", "quai", "--at", "43.5999,1.4436", *words)
        assert self("provision", name, *told).status == 0
        return self.known()[name]

    def entries(self) -> list[dict[str, Any]]:
        """What stands in the file."""
        return json.loads(self.units.read_text())["units"]

    def known(self) -> dict[str, Identity]:
        """The units by name."""
        return load(self.units)
