"""Each command through a PTY, against the real gateway: what it says is what the units have told."""

import re
import time

from console_site import Site
from corolle.wire import words
from corolle_gateway.console.line import WIDTH

_EVENT_RAISED = words.code_of(words.EVENTS, "fault raised")
_EVENT_CLEARED = words.code_of(words.EVENTS, "fault cleared")
_EVENT_SELF_TEST = words.code_of(words.EVENTS, "self-test")
_LAMP_FAILURE = words.code_of(words.LAMP_FAULTS, "lampFailure")


def _obey(site: Site, order: str, reason: int = 4) -> str:
    """What is shown of an order to the lamp that acknowledges it; the prompt is back then."""
    site.terminal.type(order + "\r")
    downlink = site.forwarder.downlink(20)
    assert downlink is not None
    heard = site.lamp.command(downlink[1])
    assert site.forwarder.push(site.lamp.ack(heard["id"], reason=reason))
    return site.terminal.wait("> ")


def test_help_names_every_command_and_explains_one(english: Site):
    told = english.terminal.ask("help")
    assert {line.split()[0] for line in told.splitlines()} >= {
        "ack",
        "alarms",
        "command",
        "why",
        "test",
        "log",
    }
    assert english.terminal.ask("help command").startswith("command NAME VERB [VALUE] [for TIME]")


def test_units_are_a_table_that_fits_and_can_be_searched(english: Site):
    lines = english.terminal.ask("units").splitlines()
    assert lines[0].split() == ["unit", "output", "reason", "alarms", "heard", "by", "age"]
    assert re.search(r"lamp-01 +10\xa0% +schedule", lines[2])
    assert re.search(r"canopy-01 +shut +moist soil", lines[1])
    assert max(map(len, lines)) < WIDTH
    found = english.terminal.ask("units CANOPY")
    assert "canopy-01" in found and "lamp-01" not in found
    assert english.terminal.ask("units nonsense") == "Nothing matches `nonsense`.\n"


def test_a_unit_is_shown_with_all_that_is_known_of_it(english: Site):
    told = english.terminal.ask("unit canopy-01")
    for part in ("DevEUI 0200000000000002", "class A", "shut: the soil is moist enough.", "SNR 5.5 dB"):
        assert part in told
    assert re.search(r"soil1_vwc_pct +21\.4 +%", told)


def test_who_is_asked_for_must_be_there(english: Site):
    assert english.terminal.ask("unit lamp-10") == ("No unit is called `lamp-10`. Close to it: lamp-01\n")
    assert english.terminal.ask("why") == "Usage: why UNIT\n"
    assert english.terminal.ask("frobnicate") == "`frobnicate` is not a command; `help` lists them.\n"


def test_an_order_is_followed_until_the_unit_has_answered_and_has_its_author(english: Site):
    told = _obey(english, "command lamp-01 level 40 for 10m")
    order_id = re.search(r"Order (\w+): level 40 for 10m, by anne", told)
    assert order_id and "acknowledged by the unit: somebody has ordered it." in told
    acknowledged = english.city.wait_ack("lamp-01", order_id[1], "acknowledged", 20)
    assert acknowledged["author"] == "anne"
    assert re.search(r"lamp-01 +level 40 +anne +acknowledged", english.terminal.ask("commands"))


def test_an_order_that_cannot_be_says_what_can(english: Site):
    ask = english.terminal.ask
    assert ask("command lamp-01 level 400") == "`level` needs a value from 0 to 100\xa0%.\n"
    assert ask("command lamp-01 level") == "`level` needs a value from 0 to 100\xa0%.\n"
    assert ask("command lamp-01 auto 3") == "`auto` takes no value.\n"
    assert "takes: auto, cap, learn, level, report" in ask("command lamp-01 open 60")
    assert "is not a length of time" in ask("command lamp-01 level 40 for ever")
    assert "Usage:" in ask("command lamp-01 level 40 for")
    assert ask("command lamp-01 level 40 for 60d") == "Refused: it is out of range.\n"


def test_an_order_to_a_site_goes_to_all_whose_kind_takes_it(english: Site):
    told = _obey(english, "command quai level 40 for 10m")
    order_id = re.search(r"Order (\w+): level 40 for 10m, by anne\.\s+Units it goes to: 1\.", told)
    assert order_id, told
    assert "1 \u00d7 acknowledged by the unit" in told
    assert english.city.wait_ack("lamp-01", order_id[1], "acknowledged", 20)["author"] == "anne"
    assert english.city.wait_ack("quai", order_id[1], "acknowledged", 20)["standing"] == {"acknowledged": 1}


def test_an_order_to_a_kind_that_cannot_be_says_what_can(english: Site):
    ask = english.terminal.ask
    assert "takes: " in ask("command canopy level 40")
    assert ask("command quai learn") == "Refused: it is for one unit at a time.\n"
    assert ask("command qaui level 40") == "No unit is called `qaui`. Close to it: quai\n"
    english.terminal.type("command qu\tle\t")
    english.terminal.wait("command quai le")
    english.terminal.type("\x03")
    english.terminal.wait("> ")


def test_control_c_stops_waiting_for_an_answer_and_the_order_goes_on(english: Site):
    english.terminal.type("command canopy-01 close\r")
    english.terminal.wait("waits for the unit's next report")
    english.terminal.type("\x03")
    english.terminal.wait("^C")
    english.terminal.wait("> ")
    assert re.search(r"canopy-01 +close +anne +waits for", english.terminal.ask("commands canopy-01"))


def test_why_tells_the_reason_who_ordered_it_and_what_was_before(english: Site):
    assert english.forwarder.push(english.lamp.report(level_pct=40, reason=4))
    english.city.wait("lamp-01/report", lambda body: body["level_pct"] == 40, 20)
    told = english.terminal.ask("why lamp-01").replace("\xa0", " ")
    assert told.startswith("lamp-01 is at 40 %: somebody has ordered it.\n")
    assert "It was ordered by anne (level 40), until" in told
    assert re.search(r"Before that:\n  [\d:]+  10 %: its programme asks for this level at this hour\.", told)


def test_a_fault_is_seen_explained_and_acknowledged(english: Site):
    now_s = int(time.time())
    assert english.forwarder.push(english.lamp.event(_EVENT_RAISED, _LAMP_FAILURE, now_s))
    assert english.forwarder.push(english.lamp.report(faults=1 << _LAMP_FAILURE))
    english.city.wait("lamp-01/report", lambda body: body["faults"], 20)
    shown = english.terminal.ask("alarms")
    assert "lamp-01 lampFailure, next round, since" in shown and "not acknowledged" in shown
    assert "look at the fuse" in shown and "To bring: luminaire, driver, fuse" in shown
    assert "at first: level_pct 10, power_w 4.2" in shown
    number = shown.split()[0]
    assert "fault: lampFailure" in english.terminal.ask("unit lamp-01")
    assert "It also tells of lampFailure." in english.terminal.ask("why lamp-01")
    assert f"Alarm {number} (lampFailure, lamp-01) is known by anne." in english.terminal.ask(
        f"ack {number} crew is on its way"
    )
    shown = english.terminal.ask("alarms")
    assert "known by anne since" in shown and "crew is on its way" in shown
    assert english.forwarder.push(english.lamp.event(_EVENT_CLEARED, _LAMP_FAILURE, now_s + 1))
    assert english.forwarder.push(english.lamp.report())
    english.city.wait("lamp-01/event", lambda body: body["event"] == "fault cleared", 20)
    assert english.terminal.ask("alarms").startswith("No open alarm")
    assert english.terminal.ask("ack 999") == "There is no such alarm.\n"
    assert "Usage:" in english.terminal.ask("ack it")


def test_a_unit_out_of_reach_is_ordered_to_test_itself_and_its_verdict_is_shown(english: Site):
    english.terminal.type("test lamp-01\r")
    english.terminal.wait("cannot be reached over Bluetooth: it is ordered over LoRaWAN")
    _heard_to_test(english)
    english.terminal.wait("It tests its parts")
    assert english.forwarder.push(english.lamp.event(_EVENT_SELF_TEST, 2, int(time.time())))
    told = english.terminal.wait("> ")
    assert "Parts that it has found bad: 2" in told and "Nothing is wrong with it" in told
    english.terminal.type("test lamp-01\r")
    _heard_to_test(english)
    english.terminal.wait("It tests its parts")
    assert english.forwarder.push(english.lamp.event(_EVENT_SELF_TEST, 0, int(time.time())))
    assert "none of its parts bad" in english.terminal.wait("> ")  # and not the verdict of before


def _heard_to_test(site: Site) -> None:
    """The lamp hears the order, and acknowledges it."""
    downlink = site.forwarder.downlink(20)
    assert downlink is not None
    heard = site.lamp.command(downlink[1])
    assert words.word_of(words.VERBS, heard["verb"]) == "self-test" and heard["author"] == "anne"
    assert site.forwarder.push(site.lamp.ack(heard["id"], reason=17))


def test_links_and_outbox_say_how_the_ways_are(english: Site):
    links = english.terminal.ask("links")
    assert re.search(r"concentrator +0102030405060708 +up", links) and re.search(
        r"city +127\.0\.0\.1 +up", links
    )
    assert "Nothing waits" in english.terminal.ask("outbox")


def test_a_report_is_a_whole_page_and_does_not_stop(english: Site):
    told = english.terminal.ask("report lamp-01")
    assert "-- more --" not in told and len(told.splitlines()) > 24
    for part in ("WORK ORDER PAGE: lamp-01", "by anne", "Last decisions", "level 40, anne", "signature"):
        assert part in told
    assert max(map(len, told.splitlines())) < WIDTH


def test_who_is_there(english: Site):
    told = english.terminal.ask("who")
    assert "anne, logged in for" in told and "115200 baud" in told and "2 units" in told


def test_the_live_log_shows_what_is_wanted_and_any_key_ends_it(english: Site):
    english.terminal.type("log unit=lamp-01 level=info text=command\r")
    english.terminal.wait("any key ends it.")
    english.city.order("lamp-01", id="by-city", verb="level", value=30)
    downlink = english.forwarder.downlink(20)
    assert downlink is not None
    english.lamp.command(downlink[1])
    told = english.terminal.wait("status=sent")
    assert re.search(r"\d\d:\d\d:\d\d info +command unit=lamp-01 id=by-city status=accepted", told)
    english.terminal.type("q")
    english.terminal.wait("End of the live log.")
    english.terminal.wait("> ")
    assert "canopy" not in told and "join" not in told


def test_earlier_lines_come_from_the_logs_files(english: Site):
    english.terminal.type("log since=1h text=join\r")
    told = english.terminal.wait("any key ends it.")
    assert told.count("join unit=lamp-01") == 1 and told.count("join unit=canopy-01") == 1
    assert "console_order" not in told
    english.terminal.type(" ")
    english.terminal.wait("> ")
    english.city.order("canopy-01", id="just-now", verb="close")
    english.city.wait_ack("canopy-01", "just-now", "accepted", 20)
    english.terminal.type("log since=1h text=just-now\r")
    assert "id=just-now status=accepted" in english.terminal.wait("any key ends it.")
    english.terminal.type(" ")
    english.terminal.wait("> ")
    assert "is no filter" in english.terminal.ask("log colour=blue")
    assert "is no level" in english.terminal.ask("log level=loud")
    assert "is not a length of time" in english.terminal.ask("log since=yesterday")


def test_french_is_spoken_from_the_next_word_on(english: Site):
    ask = english.terminal.ask
    assert ask("langue fr") == "La console parle désormais français.\n"
    try:
        assert "canopy-01  fermée" in ask("units")
        assert ask("why canopy-01").startswith("canopy-01 n'arrose pas\xa0: la terre est assez humide.\n")
        assert "Aucune alarme ouverte" in ask("alarms")
        assert "PAGE POUR L'ORDRE DE TRAVAIL" in ask("report canopy-01")
        assert "fermée\xa0: la terre est assez humide." in ask("unit canopy-01")
        assert "dire qu'on est au courant" in ask("aide")
        assert "ville" in ask("links") and "Rien n'attend" in ask("outbox")
        assert "connecté depuis" in ask("who")
        assert ask("command lamp-01 level") == "`level` demande une valeur de 0 à 100\xa0%.\n"
        assert "confirmé par l'unité" in _obey(english, "command lamp-01 auto", reason=17)
        assert "confirmé" in ask("commands lamp-01")
        assert re.search(r"soil1_vwc_pct +21,4 +%", ask("unit canopy-01"))
        english.terminal.type("test canopy-01\r")
        english.terminal.wait("LoRaWAN")
        english.terminal.type("\x03")
        english.terminal.wait("> ")
        english.terminal.type("test lamp-01\r")
        _heard_to_test(english)
        english.terminal.wait("Elle teste ses pièces")
        assert english.forwarder.push(english.lamp.event(_EVENT_SELF_TEST, 1, int(time.time())))
        assert "trouvées mauvaises\xa0: 1" in english.terminal.wait("> ")
        english.terminal.type("log\r")
        english.terminal.wait("une touche l'arrête")
        english.terminal.type("q")
        english.terminal.wait("Fin du journal")
        english.terminal.wait("> ")
        assert ask("ack 999") == "Il n'y a pas d'alarme de ce numéro.\n"
        assert "Passerelle" in ask("who")
    finally:
        assert "speaks English" in ask("language en")


def test_exit_logs_out(english: Site):
    english.terminal.type("exit\r")
    english.terminal.wait("Goodbye.")
    english.terminal.wait("login: ")
    english.gateway.wait_log("event=console_logout user=anne why=exit")
