"""Mosquitto with mutual TLS: who may come in does; who may not is told which file, which date, what to do."""

import asyncio
import datetime
import errno
import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest
from broker_double import BadBroker
from certificate_authority import Authority, now
from city_client import City
from corolle_gateway.config import BrokerConfig
from corolle_gateway.errors import ConfigError
from corolle_gateway.northbound.tls import Tls, day
from corolle_gateway.northbound.tls_dates import ending, ends
from corolle_gateway.northbound.tls_reasons import why
from gateway_process import PATIENCE_S, GatewayProcess, free_port
from gateway_street import Street
from mqtt_broker import Broker, mosquitto_path
from msgspec.structs import replace
from radio_device import Device

pytestmark = pytest.mark.skipif(mosquitto_path() is None, reason="the embedded broker has no TLS")
_SECOND, _DAY = datetime.timedelta(seconds=1), datetime.timedelta(days=1)


class _Sealed(Broker):
    """Mosquitto that asks the gateway for a certificate, and lets the city in by a plain port."""

    def __init__(self, folder: Path, server: tuple[Path, Path], clients: Path):
        super().__init__(folder)
        self.plain = free_port(1)
        self._server = server
        self._clients = clients

    def _command(self) -> list[str]:
        certificate, key = self._server
        config = self.folder / "sealed.conf"
        config.write_text(
            f"user {getpass.getuser()}\nallow_anonymous true\nlistener {self.plain} 127.0.0.1\n"
            f"listener {self.port} 127.0.0.1\ncertfile {certificate}\nkeyfile {key}\n"
            f"cafile {self._clients}\nrequire_certificate true\n"
        )
        return [str(mosquitto_path()), "-c", str(config)]


class _Site:
    """A street whose broker wants to know with whom it speaks."""

    def __init__(self, folder: Path):
        self.files = folder / "tls"
        self.files.mkdir()
        self.authority = Authority(self.files)
        self.folder = folder
        self._street: Street | None = None
        self._broker: _Sealed | None = None

    def broker(self, server: tuple[Path, Path] | None = None) -> _Sealed:
        """The broker, with a certificate for 127.0.0.1 or another one."""
        (self.folder / "broker").mkdir(exist_ok=True)
        server = server or self.authority.issue("broker", "127.0.0.1")
        self._broker = _Sealed(self.folder / "broker", server, self.authority.file)
        self._broker.start()
        self._street = Street(self.folder, self._broker.plain)
        return self._broker

    def gateway(self, own: tuple[Path, Path] | None, ca: Path | None = None, **more: str) -> GatewayProcess:
        """A gateway that shows a certificate."""
        assert self._street and self._broker
        host, protocol = more.get("host", "127.0.0.1"), more.get("protocol", "3.1.1")
        keys = f'url = "mqtts://{host}:{self._broker.port}"\nca = "{ca or self.authority.file}"\n'
        keys += f'protocol = "{protocol}"\n'
        if own:
            keys += f'cert = "{own[0]}"\nkey = "{own[1]}"\n'
        return self._street.gateway(Device("lamp-1"), broker=keys)

    def city(self, gateway: GatewayProcess) -> City:
        """The city, by its own way."""
        assert self._street
        return self._street.city(gateway)

    def end(self) -> None:
        """End all."""
        if self._street and self._broker:
            self._street.end()
            self._broker.stop()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[_Site]:
    site = _Site(tmp_path)
    yield site
    site.end()


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
def test_both_sides_prove_who_they_are(site: _Site, protocol: str):
    site.broker()
    gateway = site.gateway(site.authority.issue("cabinet-7"), protocol=protocol)
    gateway.wait_log("event=broker_subscribed")
    city = site.city(gateway).ready()
    assert city.wait("status", lambda body: body["state"] == "online").get("certificate") is None


@pytest.mark.parametrize(
    ("case", "sentences"),
    [
        (
            "unknown",
            ("(CN=broker) is issued by CN=elsewhere, which ", "street-ca.pem does not have: put that"),
        ),
        ("expired", ("(CN=broker) ended on ", "renewed at the broker (this machine's clock says ")),
        ("not yet", ("(CN=broker) begins only on ", "this machine's clock says", "is that right?")),
        ("self-signed", ("(CN=broker) is signed by itself (SHA-256 ", "name it as broker.ca")),
        ("wrong name", ("(CN=broker) is for b.example, 10.9.8.7, and broker.url says 127.0.0.1: name the",)),
        ("ended authority", ("an authority that vouches for ", "old-ca.pem CN=old-ca on ")),
    ],
)
def test_a_broker_that_is_not_to_be_trusted_is_not(site: _Site, case: str, sentences: tuple[str, ...]):
    issue, here, ca = site.authority.issue, "127.0.0.1", site.authority.file
    if case == "unknown":
        server = Authority(site.files, "elsewhere").issue("broker", here)
    elif case == "expired":
        server = issue("broker", here, ends=now() - _SECOND, begins=now() - 9 * _DAY)
    elif case == "not yet":
        server = issue("broker", here, begins=now() + _DAY)
    elif case == "self-signed":
        server = issue("broker", here, by_itself=True)
    elif case == "wrong name":
        server = issue("broker", "b.example", "10.9.8.7")
    else:
        old = Authority(site.files, "old-ca", lasts=-_DAY)
        server, ca = old.issue("broker", here), old.file
    site.broker(server)
    line = site.gateway(site.authority.issue("cabinet-7"), ca).wait_log("cause=broker_unreachable")
    for sentence in sentences:
        assert sentence in line


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("none", "the broker wants a certificate of ours: broker.cert and broker.key name it"),
        ("unknown", "the broker does not know CN=elsewhere, who issued "),
        ("self-signed", "the broker does not know CN=cabinet-7, who issued "),
        ("expired", "cabinet-7.pem ended on "),
    ],
)
def test_what_the_broker_has_against_us_is_told(site: _Site, case: str, sentence: str):
    site.broker()
    ends = now() - _SECOND
    own = {
        "none": lambda: None,
        "unknown": lambda: Authority(site.files, "elsewhere").issue("cabinet-7"),
        "self-signed": lambda: site.authority.issue("cabinet-7", by_itself=True),
        "expired": lambda: site.authority.issue("cabinet-7", begins=now() - _DAY, ends=ends),
    }[case]()
    gateway = site.gateway(own)
    line = gateway.wait_log("cause=broker_lost")
    assert sentence in line
    if case == "expired":
        assert f"ended on {day(ends)}: have it renewed and put in its place" in line
    assert "event=broker_connected" not in gateway.log.read_text()


@pytest.mark.parametrize(
    ("has_own", "sentence"), [(False, "the broker wants a certificate of ours"), (True, "Connection reset")]
)
def test_a_refusal_that_a_reset_has_overtaken_is_asked_for_once_more(
    site: _Site, has_own: bool, sentence: str
):
    port, own = site.broker().port, site.authority.issue("cabinet-7") if has_own else (None, None)
    tls = Tls("broker", BrokerConfig("127.0.0.1", port, True, None, None, site.authority.file, *own))
    reset = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
    assert sentence in asyncio.run(why(tls, reset))


def test_a_certificate_that_ends_during_the_run_is_told_of_and_renewed_without_a_restart(site: _Site):
    broker = site.broker()
    ends = now() + 6 * _SECOND
    own = site.authority.issue("cabinet-7", ends=ends)
    gateway = site.gateway(own)
    city = site.city(gateway).ready()
    gateway.wait_log("event=broker_subscribed")
    assert "days_left=0" in gateway.wait_log("cause=broker_certificate_ends")
    told = city.wait("status", lambda body: "certificate" in body)["certificate"]
    assert told == {"file": str(own[0]), "ends": day(ends), "days_left": 0}
    alarm = city.wait(f"{gateway.name}/alarm", lambda body: body["code"] == "certificateEnds")
    assert (alarm["change"], alarm["first"]) == ("raised", told)
    while now() <= ends:  # a connection that stands is not looked at again, by either side
        gateway.wait_log("event=broker_subscribed")
    assert "cause=broker_lost" not in gateway.log.read_text()
    broker.stop()
    broker.start()
    assert f"cabinet-7.pem ended on {day(ends)}" in gateway.wait_log("cabinet-7.pem ended on")
    connections = gateway.log.read_text().count("event=broker_connected")
    site.authority.issue("cabinet-7")
    end = now() + PATIENCE_S * _SECOND
    while gateway.log.read_text().count("event=broker_connected") == connections:
        assert now() < end, gateway.log.read_text()


def test_of_all_files_the_first_to_end_is_told_and_authorities_end_with_their_last(tmp_path: Path):
    old = Authority(tmp_path, "old-ca", lasts=9 * _DAY)
    broker = BrokerConfig("b.example", 8883, True, None, None, old.file, *old.issue("cabinet-7"))
    told = ending(broker)
    assert told is not None and (told.file, told.days_left) == (str(old.file), 8)
    both = old.file.read_text() + Authority(tmp_path, "new-ca").file.read_text()
    old.file.write_text(both)
    assert ending(broker) is None and ends(broker)[old.file] > now() + 300 * _DAY
    assert ends(replace(broker, tls=False)) == {}, "who does not speak TLS uses none"
    old.file.unlink()
    assert list(ends(broker)) == [tmp_path / "cabinet-7.pem"]


def test_a_key_that_everybody_may_read_is_refused(tmp_path: Path):
    certificate, key = Authority(tmp_path).issue("cabinet-7")
    broker = BrokerConfig("b.example", 8883, True, None, None, None, certificate, key)
    assert ending(broker) is None
    key.chmod(0o644)
    with pytest.raises(ConfigError, match=r"cabinet-7\.key: open to every user of this machine"):
        Tls("broker", broker)


def test_what_does_not_speak_tls_is_told_apart(site: _Site):
    site.broker().port = (other := BadBroker("garbage")).port
    line = site.gateway(site.authority.issue("cabinet-7")).wait_log("cause=broker_unreachable")
    other.close()
    assert "does not speak TLS: is it another port, or mqtt://?" in line
