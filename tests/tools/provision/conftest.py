"""Fixtures of provisioning's tests."""

from pathlib import Path

import pytest
from laptop import Laptop


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return Laptop(tmp_path)
