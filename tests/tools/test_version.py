"""The firmware says the version that the project has."""

import tomllib
from pathlib import Path

from corolle.system.version import VERSION


def test_the_firmware_has_the_version_of_the_project():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
