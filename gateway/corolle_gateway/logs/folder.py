"""Where the log's files are."""

from pathlib import Path

FOLDER_NAME = "log"  # below data_dir


def log_folder(data_dir: Path) -> Path:
    """The log's folder of a data_dir or of its copy; somebody may have copied that folder alone."""
    below = data_dir / FOLDER_NAME
    return below if below.is_dir() else data_dir
