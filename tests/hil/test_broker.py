"""The street's broker, spoken to by paho as the gateway and a city's platform do."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

_COMMAND = [sys.executable, "-m", "corolle_hil.broker", "--port"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _until(condition: Callable[[], object], timeout_s: float = 20) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


class City:
    """A client that keeps what it hears."""

    def __init__(self, port: int, name: str, topic: str | None = None, clean: bool = True, will: str = ""):
        self.heard: list[mqtt.MQTTMessage] = []
        self.subscribed = False
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=clean)
        self.client.on_message = lambda _client, _data, message: self.heard.append(message)
        self.client.on_subscribe = lambda *_: setattr(self, "subscribed", True)
        if will:
            self.client.will_set(will, b"offline", qos=1, retain=True)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert _until(self.client.is_connected)
        if topic:
            self.client.subscribe(topic, qos=1)
            assert _until(lambda: self.subscribed)

    def says(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Publish with QoS 1 and wait for the acknowledgement."""
        published = self.client.publish(topic, payload, qos=1, retain=retain)
        published.wait_for_publish(20)
        assert published.is_published()

    def leaves(self) -> None:
        """Disconnect as it should be done."""
        self.client.disconnect()
        self.client.loop_stop()

    def is_torn_away(self) -> None:
        """Lose the connection without a word."""
        connection = self.client.socket()
        assert isinstance(connection, socket.socket)
        self.client.loop_stop()
        connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A running broker."""
    port = _free_port()
    broker = subprocess.Popen([*_COMMAND, str(port)], stdout=subprocess.PIPE, text=True)
    assert broker.stdout is not None
    assert broker.stdout.readline() == f"listening on 127.0.0.1:{port}\n"
    yield port
    broker.send_signal(signal.SIGTERM)
    assert broker.wait(20) == 0


def test_retained_message_waits_for_who_comes_later(port: int):
    City(port, "early").says("retained/lamp", b"on", retain=True)
    late = City(port, "late", "retained/#")
    assert _until(lambda: late.heard)
    assert [(m.payload, m.retain) for m in late.heard] == [(b"on", True)]


def test_retained_messages_go_only_to_who_asked(port: int):
    City(port, "asks", "private/#").says("private/lamp", b"on", retain=True)
    silent, other = City(port, "silent"), City(port, "other", "elsewhere/#")
    other.says("elsewhere/x", b"end")
    assert _until(lambda: other.heard)
    assert [m.topic for m in other.heard] == ["elsewhere/x"]
    assert silent.heard == []


def test_250_retained_entities_all_arrive(port: int):
    publisher = City(port, "publisher")
    for number in range(250):
        publisher.says(f"street/{number}/entity", b"{}", retain=True)
    late = City(port, "subscriber", "street/+/entity")
    assert _until(lambda: len(late.heard) == 250)


def test_last_will_is_published_and_retained_when_a_client_is_torn_away(port: int):
    watcher = City(port, "watcher", "will/#")
    City(port, "gateway", will="will/status").is_torn_away()
    assert _until(lambda: watcher.heard)
    late = City(port, "late-watcher", "will/#")
    assert _until(lambda: late.heard)
    assert (late.heard[0].payload, late.heard[0].retain) == (b"offline", True)


def test_who_leaves_properly_has_no_last_will(port: int):
    watcher = City(port, "calm-watcher", "calm/#")
    City(port, "calm-gateway", will="calm/status").leaves()
    watcher.says("calm/end", b"")
    assert _until(lambda: watcher.heard)
    assert [m.topic for m in watcher.heard] == ["calm/end"]


def test_what_comes_while_a_client_is_away_is_kept_in_order(port: int):
    City(port, "hub", "orders/#", clean=False).is_torn_away()
    city = City(port, "city")
    for number in range(5):
        city.says("orders/lamp", str(number).encode())
    back = City(port, "hub", clean=False)
    assert _until(lambda: len(back.heard) == 5)
    assert [m.payload for m in back.heard] == [b"0", b"1", b"2", b"3", b"4"]
    assert not any(m.retain for m in back.heard), "a queued order is not an old one"


def test_it_listens_on_the_loopback_address_only(port: int):
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", port), timeout=1)


def test_a_taken_port_ends_it_with_a_sentence(port: int):
    second = subprocess.run([*_COMMAND, str(port)], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "address already in use" in second.stderr
