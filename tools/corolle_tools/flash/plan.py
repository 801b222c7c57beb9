"""What has to be done to a board's files: decided from hashes alone."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

MAIN, MANIFEST, UNIT, KEYS = "/main.py", "/manifest.json", "/unit.json", "/keys.json"
DATA = "/data"
_PROGRAM = "/corolle/"
_BESIDE = ".new"


@dataclass(frozen=True)
class Plan:
    """First `clear`, then `write`, in their order. Nothing at all for a board that is as it should be."""

    clear: list[str]
    write: list[str]

    def __bool__(self) -> bool:
        return bool(self.clear or self.write)


def make_plan(files: Mapping[str, bytes], there: Mapping[str, str], is_replaced: bool = False) -> Plan:
    """From what a board has (path -> hash) to what it is to have (path -> content).

    Wherever it is broken off, a board has the old program or the new one, or none that starts: main.py goes
    first and comes last, and without it every output is at its hardware default. Keys never stand beside
    another unit's name: they go before it changes, and come after it.

    `is_replaced`: it was another unit's: what that has counted goes, too.
    """
    differs = [path for path, content in files.items() if there.get(path) != digest(content)]
    strays = [path for path in there if path not in files and _is_ours(path)]
    if not differs and not strays:
        return Plan([], [])
    clear = [path for path in (MANIFEST, MAIN) if path in there]
    if UNIT in differs or is_replaced:
        clear += [KEYS] if KEYS in there else []
        clear += [DATA] if is_replaced else []
        differs += [KEYS] if KEYS in files and KEYS not in differs else []
    clear += [path for path in strays if path not in clear]
    changed = sorted(set(differs) - {MAIN, UNIT, KEYS, MANIFEST})
    last = [path for path in (UNIT, KEYS) if path in differs]
    last += [path for path in (MAIN, MANIFEST) if path in files]
    return Plan(clear, changed + last)


def with_manifest(files: Mapping[str, bytes], board: str) -> dict[str, bytes]:
    """The files, and a list of them that is written when all are there."""
    digests = {path: digest(content) for path, content in sorted(files.items()) if path != KEYS}
    return {**files, MANIFEST: json.dumps({"board": board, "files": digests}).encode()}


def digest(content: bytes) -> str:
    """SHA-256, as the board tells it."""
    return hashlib.sha256(content).hexdigest()


def _is_ours(path: str) -> bool:
    return path.startswith(_PROGRAM) or path.endswith(_BESIDE)
