"""A street of its own for each test."""

import pytest
from corolle_hil.scheduler import Scheduler


@pytest.fixture
def scheduler() -> Scheduler:
    """Its time begins in the summer week, a Monday at midnight UTC."""
    return Scheduler(epoch_us=1_783_900_800_000_000, seed=1)
