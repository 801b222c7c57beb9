"""`corolle command` where no gateway answers: what is left at the broker, and what is said of it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from city_client import City
from corolle_tools import command
from corolle_tools.app import app
from mqtt_broker import Broker
from typer.testing import CliRunner


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that knows of a lamp."""
    broker = Broker(tmp_path).start()
    yield broker
    broker.stop()


def test_what_waits_at_the_broker_ends_when_it_should_have(broker: Broker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(command, "_ANSWER_S", 0.1)
    city = City(broker.port, "gw").ready()
    city.publish("lamp-1/entity", b"{}", retain=True)
    words = ("lamp-1", "level", "0", "--for", "10m", "--broker", f"mqtt://127.0.0.1:{broker.port}")
    before_s = time.time()
    told = CliRunner().invoke(app, ["command", *words])
    after_s = time.time()
    order = json.loads(city.wait("lamp-1/command"))
    city.close()
    assert before_s + 600 <= order["until"] <= after_s + 600 and "for_s" not in order
    assert told.exit_code == 2
    assert "the gateway does not answer: the order may wait at the broker until 20" in told.stderr
