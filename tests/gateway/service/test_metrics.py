"""What Prometheus is told by a real gateway, and what the dashboard asks for."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificate_authority import Authority
from gateway_process import GatewayProcess, free_port
from gateway_street import Street, join
from prometheus_client.parser import text_string_to_metric_families
from radio_device import Device

_ROOT = Path(__file__).parents[3]
_DASHBOARD = json.loads((_ROOT / "gateway" / "grafana" / "corolle-gateways.json").read_text())
_PAGE = (_ROOT / "docs" / "operation.md").read_text()

Samples = dict[str, dict[frozenset[tuple[str, str]], float]]


def _asked(port: int) -> Samples:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=15) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        text = answer.read().decode()
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.items())] = sample.value
    return found


def _value(samples: Samples, metric: str, /, **labels: str) -> float:
    return samples[metric][frozenset(labels.items())]


@pytest.fixture
def measured(street: Street) -> Iterator[tuple[GatewayProcess, int]]:
    """A gateway that is asked for metrics, and its port for them."""
    port = free_port(socket.SOCK_STREAM)
    broker = f'url = "mqtt://127.0.0.1:{street.broker_port}"'
    lamps = [Device("lamp-1"), Device("lamp-2", number=2), Device("canopy-1", "canopy", 3)]
    gateway = GatewayProcess(street.folder, "measured", broker, lamps, more=f"[metrics]\nport = {port}\n")
    gateway.start()
    yield gateway, port
    gateway.kill()


def test_a_gateway_is_measured_while_it_runs(street: Street, measured: tuple[GatewayProcess, int]):
    gateway, port = measured
    lamp = Device("lamp-1")
    forwarder = street.forwarder(gateway)
    join(lamp, forwarder)
    assert forwarder.push(lamp.report(level_pct=100, power_w=38.5, faults=1))
    assert forwarder.push(Device("a stranger", number=9).join_request())
    gateway.wait_log("event=metrics_listening", 15)
    samples = _asked(port)
    assert _value(samples, "corolle_gateway", site="quai", gateway="measured") == 1
    assert _value(samples, "corolle_done_total", name="joins") == 1
    assert _value(samples, "corolle_done_total", name="uplinks") == 2
    assert _value(samples, "corolle_rejected_total", cause="unknown_dev_eui") == 1
    assert _value(samples, "corolle_units", kind="lamp") == 2
    assert _value(samples, "corolle_units_silent", kind="lamp") == 1
    assert _value(samples, "corolle_units_silent", kind="canopy") == 1
    assert _value(samples, "corolle_lamp_power_watts") == pytest.approx(38.5, abs=0.2)
    assert _value(samples, "corolle_lamps_lit") == 1
    assert _value(samples, "corolle_units_faulty", fault="lampFailure") == 1
    assert _value(samples, "corolle_alarms_open", severity="round") == 1
    assert _value(samples, "corolle_alarms_open", severity="urgent") == 0
    assert _value(samples, "corolle_log_file_written") == 1
    assert _value(samples, "process_resident_memory_bytes") > 1e7
    assert not _not_there(_asked_when_store_is_known(port))
    assert gateway.stop() == 0


def _asked_when_store_is_known(port: int) -> Samples:
    """The store is looked at every ten seconds, and a rate takes two looks."""
    end = time.monotonic() + 30
    while "corolle_store_hours_left" not in (samples := _asked(port)):
        assert time.monotonic() < end
        time.sleep(0.2)
    return samples


def _not_there(samples: Samples) -> set[str]:
    """What the dashboard asks for and a gateway does not tell whose broker has no TLS."""
    asked = set(re.findall(r"\b(?:corolle|process)_\w+", " ".join(_queries())))
    return asked - set(samples) - {"corolle_certificate_end_timestamp_seconds"}


def _queries() -> list[str]:
    variables = [
        each["query"]["query"] for each in _DASHBOARD["templating"]["list"] if each["type"] == "query"
    ]
    return variables + [target["expr"] for panel in _DASHBOARD["panels"] for target in panel["targets"]]


def test_until_when_certificates_are_good_is_told(street: Street):
    authority, port = Authority(street.folder), free_port(socket.SOCK_STREAM)
    broker = f'url = "mqtts://127.0.0.1:1"\nca = "{authority.file}"\n'
    gateway = GatewayProcess(street.folder, "sealed", broker, [], more=f"[metrics]\nport = {port}\n")
    gateway.start()
    gateway.wait_log("event=metrics_listening", 15)
    end_s = _value(_asked(port), "corolle_certificate_end_timestamp_seconds", file=str(authority.file))
    assert end_s == pytest.approx(time.time() + 365 * 86400, abs=120)
    gateway.kill()


def test_nobody_else_is_answered(measured: tuple[GatewayProcess, int]):
    gateway, port = measured
    gateway.wait_log("event=metrics_listening", 15)
    socket.create_connection(("127.0.0.1", port), 5).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), 5)


def test_a_port_that_is_taken_is_told(street: Street):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        gateway = GatewayProcess(
            street.folder, "measured", 'url = "mqtt://127.0.0.1:1"', [], more=f"[metrics]\nport = {port}\n"
        )
        gateway.start()
        assert gateway.wait_end() == 2
    said = f"corolle-gateway: TCP 127.0.0.1:{port} cannot be had for metrics: Address already in use"
    assert said in gateway.log.read_text()


def test_who_is_not_measured_loads_nothing_of_it():
    lines = "import sys, corolle_gateway.app; print('prometheus_client' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, timeout=60)
    assert ran.stdout == "False\n", ran.stderr


def test_every_counter_the_dashboard_asks_for_is_counted():
    asked = {name for query in _queries() for name in re.findall(r'name="(\w+)"', query)}
    told = set(re.findall(r"`(\w+)`", (_ROOT / "gateway" / "README.md").read_text()))
    assert {"uplinks", "published", "commands_failed"} <= asked
    assert not {name for name in asked if name.removeprefix("commands_") not in told}


def test_every_measure_is_told_of_in_the_documents():
    sources = (_ROOT / "gateway" / "corolle_gateway" / "service" / "measures.py").read_text()
    named = set(re.findall(r'"(corolle_\w+)"', sources))
    assert len(named) > 10
    assert not [name for name in named if f"`{name}" not in _PAGE]


def test_each_panel_is_one_by_itself_and_says_what_it_shows():
    panels = _DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 10
    assert all(panel["title"] and panel["description"] and panel["targets"] for panel in panels)
