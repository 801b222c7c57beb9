"""What is known of a street, folded from its records."""

from street_records import ack, decision, lamp_report, ledger, sanitary, service, status

_WORLD = {"boards": 3, "joined": 0, "uplinks_sent": 9, "lost": {"collision": 1}}


def test_a_unit_is_what_it_decided_and_what_was_last_heard_of_it():
    street = ledger(1, 1)
    street.take(decision("lamp-01", "light", 40, "override until 23:10 by ops"))
    street.take(lamp_report("lamp-01"))
    lamp, canopy = street.units["lamp-01"], street.units["canopy-01"]
    assert (lamp.value, lamp.reason, lamp.joined) == (40, "override until 23:10 by ops", True)
    assert (lamp.report["power_w"], lamp.radio["rssi_dbm"], lamp.heard_s) == (4.1, -87, 1_784_059_260.0)
    assert (canopy.value, canopy.joined, canopy.heard_s) == (None, False, None)


def test_a_mist_line_leaves_the_drip_valve_as_it_is():
    street = ledger(0, 1)
    canopy = street.units["canopy-01"]
    street.take(decision("canopy-01", "valve", 1, "dry soil"))
    street.take(decision("canopy-01", "mist", 1, "hot air"))
    street.take(decision("canopy-01", "mist", 0, "nobody there"))
    street.take(decision("canopy-01", "purge", 1, "purging"))
    assert (canopy.value, canopy.reason, canopy.lines) == (1, "dry soil", {"purge"})


def test_sanitary_records_and_service_messages_count_as_published():
    street = ledger(0, 1)
    street.take(service("canopy-01", "locked"))
    street.take(sanitary("canopy-01", 3, "ban", 0, "prefet 31"))
    street.take(sanitary("canopy-01", 3, "ban", 0, "prefet 31"))
    canopy = street.units["canopy-01"]
    assert canopy.service["sanitary_state"] == "locked" and canopy.heard_s
    assert [record["operation"] for record in street.events] == ["ban", "ban"]
    assert street.summary(_WORLD, {})["uplinks"]["published"] == 2


def test_summary_counts_what_was_sent_received_published_and_lost():
    street = ledger(2, 1)
    street.take(status(10, {"replayed": 1}))
    street.begin()
    for number in (1, 2, 2):  # one of them comes twice, as QoS 1 may
        street.take(lamp_report("lamp-01", number))
    street.take(status(15, {"replayed": 1, "bad_mic": 3}))
    summary = street.summary(_WORLD, {"gateway": 1})
    assert summary["boards"] == 3
    assert summary["joined"] == 1
    assert summary["uplinks"] == {"sent": 9, "received": 5, "published": 2}
    assert summary["lost"] == {"collision": 1}
    assert summary["rejected"] == {"bad_mic": 3}, "an earlier run's rejections are not this one's"
    assert summary["restarts"] == {"gateway": 1}


def test_commands_are_counted_by_how_they_ended():
    street = ledger(1, 0)
    for record in (
        ack("a", "accepted"),
        ack("a", "sent"),
        ack("a", "acknowledged"),
        ack("b", "queued"),
        ack("b", "expired"),
        ack("c", "queued"),
    ):
        street.take(record)
    assert street.summary(_WORLD, {})["commands"] == {"sent": 3, "acknowledged": 1, "expired": 1}


def test_a_gateway_that_goes_down_keeps_its_counts_on_show():
    street = ledger(1, 0)
    street.begin()
    street.take(status(4, {}))
    street.take({"type": "status", "source": "city", "state": "offline"})
    assert street.gateway["state"] == "offline"
    assert street.counted("counters")["uplinks"] == 4


def test_records_of_units_and_kinds_it_does_not_know_harm_nothing():
    street = ledger(1, 0)
    street.take({"type": "report", "source": "city", "unit": "stranger", "time": "2026-07-14T20:01:00Z"})
    street.take({"type": "novelty", "unit": "lamp-01"})
    assert street.units["lamp-01"].report == {}
