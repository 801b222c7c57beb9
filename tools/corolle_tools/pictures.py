"""What the pictures of replays and benchmarks have in common."""

from pathlib import Path

_SUFFIXES = (".png", ".svg", ".pdf")


def check_picture(path: Path) -> None:
    """Say before anything is lived or measured what would spoil its picture. Raises ValueError."""
    if path.suffix not in _SUFFIXES:
        raise ValueError(f"{path}: a picture's name ends with {', '.join(_SUFFIXES)}")
    if not path.parent.is_dir():
        raise ValueError(f"{path}: no folder {path.parent}")
