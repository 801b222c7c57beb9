"""A site with an empty air."""

from pathlib import Path

import pytest
from ble_site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)
