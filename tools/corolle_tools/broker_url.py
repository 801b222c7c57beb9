"""Where a broker is: mqtt://[USER[:PASSWORD]@]HOST[:PORT], or mqtts:// for TLS."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True)
class BrokerUrl:
    """A broker's address, and the user to be there."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "BrokerUrl":
        """Read a URL. Raises ValueError that says what one looks like."""
        try:
            parts = urlsplit(url)
            port = parts.port or _DEFAULT_PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise ValueError(f"{url!r} is not mqtt://HOST[:PORT] or mqtts://HOST[:PORT]") from None
        if not parts.hostname:
            raise ValueError(f"{url!r} names no host: mqtt://HOST[:PORT]")
        user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
        return cls(parts.hostname, port, parts.scheme == "mqtts", user, password)

    def __str__(self) -> str:
        """The URL without user and password."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    def client(self) -> mqtt.Client:
        """A paho client set up for this broker, not yet connected; what it certifies is verified."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if self.tls:
            client.tls_set()
        if self.user:
            client.username_pw_set(self.user, self.password)
        return client
