"""Fixtures of the console's tests: one gateway and its terminal for all tests of a file."""

from collections.abc import Iterator

import pytest
from console_site import PASSWORD, USER, Site, site
from mqtt_broker import Broker


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory, shared_broker: Broker) -> Iterator[Site]:
    """An English console, somebody logged in."""
    with site(tmp_path_factory.mktemp("english"), shared_broker.port) as made:
        made.terminal.log_in(USER, PASSWORD)
        yield made
