"""What lies in ChirpStack's queues: until when, and what becomes of it."""

import time

import pytest
from chirpstack_server import Maker, Unit, read_command, started
from corolle_gateway.model import unix_s
from gateway_street import Street


def test_a_canopy_gets_its_command_in_the_window_after_its_uplink(street: Street, chirpstack: Maker):
    canopy = Unit("canopy-1", "canopy", 2)
    server = chirpstack(canopy)
    gateway = started(street, server, canopy)
    city = street.city(gateway).ready()
    city.order("canopy-1", id="b", verb="open", value=60)
    city.wait_ack("canopy-1", "b", "queued")
    city.order("canopy-1", id="c", verb="close")
    city.wait_ack("canopy-1", "b", "failed")
    assert not server.commands  # what is superseded here never gets into a queue that cannot be emptied
    command = server.hear(canopy, *canopy.report_payload())
    assert command is not None
    city.wait_ack("canopy-1", "c", "sent")
    assert server.hear(canopy, *canopy.verdict(command)) is None
    city.wait_ack("canopy-1", "c", "acknowledged")
    assert len(server.commands) == 1


def test_a_window_that_was_missed_queues_nothing_twice(street: Street, chirpstack: Maker):
    canopy = Unit("canopy-1", "canopy", 2)
    server = chirpstack(canopy)
    gateway = started(street, server, canopy)
    city = street.city(gateway).ready()
    city.order("canopy-1", id="b", verb="open", value=60)
    city.wait_ack("canopy-1", "b", "queued")
    server.sends = False
    for _ in range(3):
        assert server.hear(canopy, *canopy.report_payload()) is None
    server.wait_command()
    server.sends = True
    assert server.hear(canopy, *canopy.report_payload()) is not None
    city.wait_ack("canopy-1", "b", "sent")
    assert len(server.commands) == 1


@pytest.mark.parametrize(("for_s", "valid_s"), [(86_400, 1.1 * 3600 + 300), (600, 600)])
def test_a_message_is_valid_until_the_next_report_but_no_longer_than_its_order(
    street: Street, chirpstack: Maker, for_s: int, valid_s: float
):
    canopy = Unit("canopy-1", "canopy", 2)
    server = chirpstack(canopy)
    gateway = started(street, server, canopy)
    city = street.city(gateway).ready()
    before_s = time.time()
    city.order("canopy-1", id="b", verb="report", for_s=for_s)
    city.wait_ack("canopy-1", "b", "queued")
    server.tell(canopy, "up", server.up(canopy, *canopy.report_payload()))
    given_s = unix_s(server.wait_command()["expiresAt"]) - valid_s
    assert before_s - 0.01 <= given_s <= time.time()  # told to the millisecond


def test_who_reports_once_an_hour_hears_what_came_too_late_for_the_window_before(
    street: Street, chirpstack: Maker
):
    canopy = Unit("canopy-1", "canopy", 2)
    clock = street.clock(speed=1)
    server = chirpstack(canopy, now=clock.now)
    gateway = started(street, server, canopy, clock=clock)
    city = street.city(gateway).ready()
    city.order("canopy-1", id="b", verb="report", for_s=86_400)
    city.wait_ack("canopy-1", "b", "queued")
    assert server.hear_hastily(canopy, *canopy.report_payload()) is None
    server.wait_command()
    clock.jump(3600)
    assert server.hear_hastily(canopy, *canopy.report_payload()) is not None
    city.wait_ack("canopy-1", "b", "sent")
    assert len(server.commands) == 1


@pytest.mark.parametrize("flushes", [False, True])
def test_who_joins_anew_hears_an_order_once_whether_the_queue_was_emptied_or_not(
    street: Street, chirpstack: Maker, flushes: bool
):
    canopy = Unit("canopy-1", "canopy", 2)
    server = chirpstack(canopy, flushes=flushes)
    gateway = started(street, server, canopy)
    city = street.city(gateway).ready()
    city.order("canopy-1", id="b", verb="open", value=60)
    city.wait_ack("canopy-1", "b", "queued")
    assert server.hear_hastily(canopy, *canopy.report_payload()) is None
    given = server.wait_command()
    server.join(canopy, "00189441")
    assert server.wait_command(2) == given
    command = server.hear(canopy, *canopy.report_payload())
    assert command is not None
    city.wait_ack("canopy-1", "b", "sent")
    assert server.hear(canopy, *canopy.verdict(command)) is None
    city.wait_ack("canopy-1", "b", "acknowledged")
    assert server.commands == [given, given]


def test_a_command_that_no_concentrator_takes_is_given_again_and_expires(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    clock = street.clock(speed=60)
    server = chirpstack(lamp, now=clock.now)
    gateway = started(street, server, lamp, clock=clock)
    city = street.city(gateway).ready()
    server.sends = False
    city.order("lamp-1", id="a", verb="level", value=40, for_s=120)
    first, second = server.wait_command(1), server.wait_command(2)
    assert first["id"] != second["id"] and first["expiresAt"] < second["expiresAt"]
    assert read_command(first) == read_command(second)
    assert city.wait_ack("lamp-1", "a", "expired")["reason"] == "no way to the unit before it ended"
    city.wait_rejected("downlink_no_tx_ack")


def test_what_chirpstack_discards_is_counted_and_given_again(street: Street, chirpstack: Maker):
    lamp = Unit("lamp-1")
    clock = street.clock(speed=10)
    server = chirpstack(lamp, now=clock.now)
    gateway = started(street, server, lamp, clock=clock)
    city = street.city(gateway).ready()
    server.sends = False
    city.order("lamp-1", id="a", verb="level", value=40, for_s=3600)
    server.wait_command()
    server.sends = True
    server.discard(lamp, "DOWNLINK_PAYLOAD_SIZE")
    city.wait_ack("lamp-1", "a", "sent")
    city.wait_rejected("chirpstack_downlink_payload_size")
    city.wait_rejected("downlink_discarded")
