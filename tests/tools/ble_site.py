"""A site of four units, a laptop that has their keys, and `corolle ble` run on it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from ble_air import Air, Post
from ble_unit import CrewsUnit
from corolle_tools.app import app
from corolle_tools.identity import Identity
from corolle_tools.private_file import write_private
from typer.testing import CliRunner

ADDRESS = "C0:FF:EE:00:00:0{}"


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str


class Site:
    """A site with one lamp and what is about it, and a laptop."""

    def __init__(self, folder: Path):
        kinds = {"lamp-01": "lamp", "lamp-02": "lamp", "canopy-01": "canopy", "canopy-02": "canopy"}
        self.identities = {name: Identity.make(name, kind, "yard", 43.6, 1.4) for name, kind in kinds.items()}
        self.keys = folder / "units.json"
        self.write_keys(*self.identities)
        self.air = Air()
        Air.named = {"here": self.air}

    def write_keys(self, *names: str) -> None:
        """Keep these units' keys only."""
        write_private(self.keys, {"units": [self.identities[name].registry_entry() for name in names]})

    def post(self, name: str = "lamp-01", kind: str = "", **how: Any) -> Post:
        """Put a unit up."""
        identity = self.identities[name]
        unit = CrewsUnit(kind or identity.kind, identity.dev_eui, identity.app_key)
        self.air.posts.append(Post(unit, ADDRESS.format(len(self.air.posts)), **how))
        return self.air.posts[-1]

    def __call__(self, *words: str, keys: bool = True) -> Ended:
        """Run `corolle ble` with these words, against this air."""
        how = ["--backend", "ble_air:Backend", "--adapter", "here"]
        how += ["--keys", str(self.keys)] if keys else []
        how += ["--wait", "0.3"] if words[0] != "scan" else ["--seconds", "0.1"]
        ran = CliRunner().invoke(app, ["ble", words[0], *how, *words[1:]], env={"COLUMNS": "200"})
        assert not isinstance(ran.exception, Exception), ran.exception
        for identity in self.identities.values():
            assert identity.app_key not in ran.output
        return Ended(ran.exit_code, ran.stdout, ran.stderr)


def objects(text: str) -> list[dict[str, Any]]:
    """One a line, as --json tells them."""
    return [json.loads(line) for line in text.splitlines()]
