"""Fixtures of the gateway's tests: real sockets, a real store, a real broker, the real process."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chirpstack_server import ChirpStack, Maker, Unit
from gateway_street import Street
from mqtt_broker import Broker


@pytest.fixture(scope="session")
def shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One broker for all tests that do not stop it."""
    broker = Broker(tmp_path_factory.mktemp("broker")).start()
    yield broker
    broker.stop()


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker of the test's own, not running yet."""
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Broker(folder)
    yield broker
    broker.stop()


@pytest.fixture
def street(tmp_path: Path, shared_broker: Broker) -> Iterator[Street]:
    """A street on the shared broker."""
    street = Street(tmp_path, shared_broker.port)
    yield street
    street.end()


@pytest.fixture
def chirpstack(street: Street) -> Iterator[Maker]:
    """A maker of ChirpStacks on the street's broker; they end with the test."""
    made: list[ChirpStack] = []

    def make(*units: Unit, **more: Any) -> ChirpStack:
        made.append(ChirpStack(street.broker_port, *units, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def busy_udp_port() -> Iterator[int]:
    """A UDP port that somebody else has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
