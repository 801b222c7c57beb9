"""The partition from which a node's .mpy files are executed in place, as ROMFS images."""

import hashlib
from pathlib import Path

from mpremote.romfs import VfsRomWriter

PROGRAM = "/corolle/"  # what lies below it on a node is its program; all else is its file system's


def image(files: dict[str, bytes]) -> bytes:
    """An image of the program among `files` (path on the node -> content)."""
    writer = VfsRomWriter()
    _write(writer, _tree(files))
    return writer.finalise()


def keep_image(folder: Path, files: dict[str, bytes]) -> Path:
    """The image as a file in `folder`, named by its content and written once."""
    content = image(files)
    path = folder / f"{hashlib.sha256(content).hexdigest()[:16]}.romfs"
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(path)
    return path


def _tree(files: dict[str, bytes]) -> dict:
    root: dict = {}
    for path, content in sorted(files.items()):
        if path.startswith(PROGRAM):
            *folders, name = path.strip("/").split("/")
            place = root
            for folder in folders:
                place = place.setdefault(folder, {})
            place[name] = content
    return root


def _write(writer: VfsRomWriter, tree: dict) -> None:
    for name, content in tree.items():
        if isinstance(content, dict):
            writer.opendir(name)
            _write(writer, content)
            writer.closedir()
        else:
            writer.mkfile(name, content)
