"""Where a broker is."""

import pytest
from corolle_tools.broker_url import BrokerUrl


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("mqtt://127.0.0.1", "127.0.0.1", 1883, False),
        ("mqtt://broker.example:1884", "broker.example", 1884, False),
        ("mqtts://broker.example", "broker.example", 8883, True),
        ("mqtt://[::1]:1885", "::1", 1885, False),
    ],
)
def test_address(url: str, host: str, port: int, tls: bool):
    parsed = BrokerUrl.parse(url)
    assert (parsed.host, parsed.port, parsed.tls) == (host, port, tls)


def test_user_and_password_are_read_and_never_shown():
    parsed = BrokerUrl.parse("mqtts://ops:s%40cret@broker.example")
    assert (parsed.user, parsed.password) == ("ops", "s@cret")
    assert "s@cret" not in repr(parsed)
    assert str(parsed) == "mqtts://broker.example:8883"


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:1883", "http://host", "mqtt://", "mqtt://host:port", "mqtt://h:99999"]
)
def test_what_is_no_address_is_refused_with_an_example(url: str):
    with pytest.raises(ValueError, match=r"mqtt://HOST\[:PORT\]"):
        BrokerUrl.parse(url)
