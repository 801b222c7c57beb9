"""What the two versions of MQTT have in common for a client: the same questions, asked in other bytes."""

from typing import Protocol

from corolle_gateway.config import BrokerConfig
from corolle_gateway.northbound import packets, packets5
from corolle_gateway.northbound.packets import Answer, Incoming, Secrets, Welcome, Will
from corolle_gateway.secrets_file import read_secret


class Dialect(Protocol):
    """A module that speaks one version. What reads bytes raises MqttError when they are not of it."""

    UNANSWERED: str  # what may be the matter with a broker that says nothing to a CONNECT

    def connect(
        self, client_id: str, keepalive_s: int, will: Will | None, secrets: Secrets, keep: bool = True
    ) -> bytes:
        """CONNECT; `keep`: to a session that the broker keeps, else nothing of it stays there."""
        ...

    def subscribe(self, number: int, topic_filters: tuple[str, ...]) -> bytes:
        """SUBSCRIBE at QoS 1."""
        ...

    def publish(self, number: int, topic: str, payload: bytes, retain: bool) -> bytes:
        """PUBLISH at QoS 1."""
        ...

    def complaint(self) -> bytes:
        """What a broker is told whose packets cannot be read."""
        ...

    def welcome(self, body: bytes) -> Welcome:
        """Read a CONNACK."""
        ...

    def answer(self, body: bytes) -> Answer:
        """Read a PUBACK of more than two bytes; one of two is the number of a message the broker has."""
        ...

    def refused(self, body: bytes) -> str:
        """What a SUBACK has against a subscription: a sentence; empty: nothing."""
        ...

    def incoming(self, kind: int, body: bytes) -> Incoming:
        """Read a PUBLISH."""
        ...

    def farewell(self, body: bytes) -> str:
        """Why the broker disconnects, in a sentence."""
        ...


DIALECTS: dict[str, Dialect] = {"3.1.1": packets, "5": packets5}  # by `protocol` in the configuration


def secrets(broker: BrokerConfig) -> Secrets:
    """User and password. ConfigError when the file cannot be used."""
    password = read_secret(broker.password_file).strip() if broker.password_file else None
    return Secrets(broker.user, password)
