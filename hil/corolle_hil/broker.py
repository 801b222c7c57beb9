"""The street's own MQTT broker, a process of its own: `python -m corolle_hil.broker --port PORT`.

It listens on the loopback address only and asks nobody for a name: whoever is on this machine may read the
street and command it. A gateway in service uses a broker with TLS and users instead.
"""

import argparse
import asyncio
import logging
import signal
import sys

from amqtt.broker import Broker
from amqtt.errors import BrokerError
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

_HOST = "127.0.0.1"


class Loopback(BaseAuthPlugin):
    """Lets every client in and keeps the sessions of those that ask for it.

    amqtt's own AnonymousAuthPlugin marks each session anonymous, and the broker then forgets what it should
    have queued for a client that is away (MQTT 3.1.1, 3.1.2.4): a command sent while the gateway restarts.
    """

    async def authenticate(self, *, session: Session) -> bool | None:
        """Say yes."""
        return True


class StreetBroker(Broker):
    """amqtt's broker, with what it sends to a client that connects set right (MQTT 3.1.1, 3.3.1.3)."""

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        """Send them to who asked for them; amqtt 0.12 sends each client what anybody has asked for."""
        topic_filter, _ = subscription
        if any(holder is session for holder, _ in self._subscriptions.get(topic_filter, ())):
            await super()._publish_retained_messages_for_subscription(subscription, session)

    async def _publish_session_retained_messages(self, session: Session) -> None:
        """What was queued for an absent client is no retained message, and comes in the order sent."""
        handler = self._get_handler(session)
        while handler and not session.retained_messages.empty():
            message = await session.retained_messages.get()
            await handler.mqtt_publish(message.topic, message.data, message.qos, retain=False)


def configuration(port: int) -> dict:
    """What the broker is told: one loopback listener, and no statistics topics of its own."""
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{_HOST}:{port}"}},
        "plugins": {f"corolle_hil.broker.{Loopback.__name__}": {}},
    }


async def serve(port: int) -> None:
    """Run the broker until SIGINT or SIGTERM. Raises amqtt's BrokerError when the port is taken."""
    broker = StreetBroker(configuration(port))
    await broker.start()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    print(f"listening on {_HOST}:{port}", flush=True)
    await ended.wait()
    await broker.shutdown()


def main() -> None:
    """Read the command line and serve."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    # What amqtt warns of (a client that came back, a socket that broke) is a street's daily life.
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    try:
        asyncio.run(serve(arguments.parse_args().port))
    except BrokerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
