"""Settings over MQTT: say what is wanted, hear what units run."""

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

from corolle_tools.broker_url import BrokerUrl
from corolle_tools.order_desk import Listener

_CONNECT_S = 5.0
_ANSWER_S = 10.0

Standing = dict[str, Any]


class Refused(Exception):
    """The gateway does not want it; the text says why."""


class WishDesk:
    """`base` is a gateway's topic, corolle/SITE/GATEWAY; `name` who is meant there."""

    def __init__(self, broker: BrokerUrl, base: str, name: str):
        self._order_topic = f"{base}/{name}/command"
        self._ack_topic = f"{base}/{name}/ack"
        self._name = name
        self._listener = Listener(broker, self._ack_topic, f"{base}/+/settings")
        self.standings: dict[str, Standing] = {}
        self.members = 0

    def want(self, wanted: dict[str, int | None], author: str) -> None:
        """Order it, and wait until the gateway has it. Refused, OSError."""
        order = {"verb": "settings", "id": secrets.token_hex(6), "settings": wanted, "author": author}
        self._listener.client.publish(self._order_topic, json.dumps(order), qos=1).wait_for_publish(
            _CONNECT_S
        )
        for topic, body in self._heard(_ANSWER_S):
            if topic == self._ack_topic and body.get("id") == order["id"]:
                if body["status"] != "accepted":
                    raise Refused(body["reason"])
                self.members = body["value"]
                return
        raise TimeoutError("the gateway does not answer")

    def follow(self, wait_s: float) -> bool:
        """Listen until each unit meant runs what is wanted of it; whether that is so."""
        for topic, body in self._heard(wait_s):
            if topic.endswith("/settings") and self._name in body["names"]:
                self.standings[body["unit"]] = body
                if self._is_done():
                    return True
        return False

    def close(self) -> None:
        """Leave."""
        self._listener.close()

    def _is_done(self) -> bool:
        return len(self.standings) >= self.members and all(
            standing["agreed"] for standing in self.standings.values()
        )

    def _heard(self, wait_s: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """(topic, body) of each message."""
        deadline = time.monotonic() + wait_s
        while message := self._listener.next(deadline - time.monotonic()):
            yield message.topic, json.loads(message.payload)
