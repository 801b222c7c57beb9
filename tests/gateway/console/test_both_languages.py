"""Each command at 9600 baud, in French and in English, to one and the same terminal."""

from collections.abc import Iterator

import pytest
from console_site import PASSWORD, USER, Site, site
from corolle_gateway.console import english
from mqtt_broker import Broker

# What is typed, and of the answer what only that language says; without breaking spaces.
_ASKED = {
    "help": ("help", "les unités, ou celles dont", "the units, or those in whose line"),
    "units": ("units", "2 unités, 0 en alarme, 0 muettes.", "2 units, 0 with alarms, 0 silent."),
    "unit": ("unit lamp-01", "  lampadaire, site quai", "  lamp post, site quai"),
    "alarms": ("alarms", "Aucune alarme ouverte", "No open alarm"),
    "links": ("links", "concentrateur", "concentrator"),
    "outbox": ("outbox", "la ville a tout reçu", "the city has all there is"),
    "commands": ("commands", "Aucun ordre", "No order was given yet."),
    "why": ("why canopy-01", "la terre est assez humide.", "the soil is moist enough."),
    "report": ("report canopy-01", "PAGE POUR L'ORDRE DE TRAVAIL", "WORK ORDER PAGE"),
    "who": ("who", "à 9600 bauds", "9600 baud"),
    "ack": ("ack 99", "Il n'y a pas d'alarme de ce numéro.", "There is no such alarm."),
    "command": ("command lamp-01 level 400", "demande une valeur de 0 à 100", "needs a value from 0 to 100"),
    "test": ("test lamp-99", "Aucune unité ne s'appelle", "No unit is called"),
}
_OTHERS = {"log", "language", "exit"}  # below


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory, shared_broker: Broker) -> Iterator[Site]:
    """A French console over a slow line, somebody logged in."""
    with site(tmp_path_factory.mktemp("both"), shared_broker.port, "fr", baud=9600) as made:
        made.terminal.log_in(USER, PASSWORD, "identifiant")
        yield made


def _told(site: Site, line: str) -> str:
    return " ".join(site.terminal.ask(line).replace("\u202f", " ").split())


@pytest.mark.parametrize("which", [1, 2], ids=["fr", "en"])
def test_each_command_answers_in_the_language_chosen(slow: Site, which: int):
    assert _ASKED.keys() | _OTHERS == english.HELP.keys()
    slow.terminal.ask(f"language {('fr', 'en')[which - 1]}")
    for line, *said in _ASKED.values():
        assert " ".join(said[which - 1].split()) in _told(slow, line)


def test_the_live_log_and_the_way_out_are_in_it_too(slow: Site):
    slow.terminal.ask("language fr")
    slow.terminal.type("log level=info since=1h\r")
    slow.terminal.wait("Journal en direct ; une touche l'arrête.".replace(" ;", "\u00a0;"))
    slow.terminal.type("q")
    slow.terminal.wait("> ")
    slow.terminal.type("exit\r")
    slow.terminal.wait("identifiant")
