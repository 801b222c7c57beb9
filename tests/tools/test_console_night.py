"""A lamp breaks at night, and is seen, understood and closed by the console alone.

What is typed here is what the transcript in docs/console.md shows; both come to the same end.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_client import LEAVE, ConsoleClient
from source_tree import ROOT
from street_process import StreetProcess

_PROMPT = "gw-1> "
_TYPED = (
    "units",
    "log unit=lamp-02 text=alarm since=1h",
    "alarms",
    "why lamp-02",
    "ack 1 crew on its way, new luminaire in the van",
    "log unit=lamp-02 text=alarm since=1h",
    "test lamp-02",
    "command lamp-02 level 100 for 5m",
    "why lamp-02",
    "alarms",
    "report lamp-02",
    "exit",
)
# What both say, in this order; of several ways to say it, one.
_OUTCOME = (
    "code=lampFailure change=raised",
    "lamp-02 lampFailure, next round",
    "To bring: luminaire, driver, fuse",
    "It also tells of lampFailure.",
    "Alarm 1 (lampFailure, lamp-02) is known by crew.",
    "code=lampFailure change=cleared",
    "No fault present.|Nothing is wrong with it",  # over Bluetooth, or over LoRaWAN if that is busy
    "acknowledged by the unit: somebody has ordered it.",
    "It was ordered by crew (level 100)",
    "No open alarm: all is well",
    "WORK ORDER PAGE: lamp-02",
    "fault gone: lampFailure",
    "fault: lampFailure",
    "Goodbye.",
)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreetProcess]:
    """Two lamps; ten minutes from now one goes dark, and a crew needs 25 to change it."""
    running = StreetProcess(
        tmp_path_factory.mktemp("night") / "state",
        *("--lamps", "2", "--canopies", "0", "--speed", "100", "--break", "lamp-02:lampFailure:10m:25m"),
    )
    yield running
    status, _ = running.end()
    assert status == 0


@pytest.fixture(scope="module")
def session(street: StreetProcess, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `--save` has kept of the whole night."""
    street.wait_for(lambda record: record["type"] == "report" and record["unit"] == "lamp-02", 90)
    kept = tmp_path_factory.mktemp("kept") / "session.txt"
    client = ConsoleClient("--save", str(kept), runtime=street.state.parent)
    client.wait("ctrl-] leaves]")
    client.type("\r")
    client.wait("login: ")
    client.type("crew\r")
    client.wait("password: ")
    client.type((street.state / "console-password").read_text() + "\r")
    client.wait(_PROMPT)
    for line in _TYPED:
        _do(client, line)
    client.type(LEAVE)
    assert client.end() == 0
    return kept.read_text()


def _do(client: ConsoleClient, line: str) -> None:
    if line == "exit":
        client.type(line + "\r")
        client.wait("Goodbye.")
    elif line.startswith("log"):
        client.type(line + "\r")
        client.wait("change=raised" if "known by" not in client.text else "change=cleared", 90)
        client.type("q")
        client.wait(_PROMPT)
    else:
        client.ask(line, _PROMPT)


def _in_order(text: str, wanted: tuple[str, ...]) -> list[str]:
    """Those that do not come, or not after the one before them."""
    missing, at = [], 0
    flat = re.sub(r"\s+", " ", text)
    for each in wanted:
        found = max(flat.find(way, at) for way in each.split("|"))
        at = found if found >= 0 else at
        missing += [each] if found < 0 else []
    return missing


def test_a_fault_is_seen_understood_and_closed_by_the_console_alone(session: str):
    assert not _in_order(session, _OUTCOME)


def test_the_citys_records_have_the_alarm_s_life(session: str, street: StreetProcess):
    for change in ("raised", "acknowledged", "cleared"):
        told = {"type": "alarm", "unit": "lamp-02", "code": "lampFailure", "change": change}
        street.wait_for(lambda record, told=told: told.items() <= record.items(), 30)


def test_the_password_is_not_in_what_was_kept(session: str, street: StreetProcess):
    assert (street.state / "console-password").read_text() not in session
    assert "\x1b" not in session and max(map(len, session.splitlines())) < 400


def test_the_transcript_in_the_documents_is_of_such_a_night():
    text = (ROOT / "docs/console.md").read_text().partition("## A night")[2]
    transcript = text.partition("```text\n")[2].partition("```")[0]
    typed = tuple(re.findall(rf"^{_PROMPT}(.+)$", transcript, re.MULTILINE))
    assert typed == _TYPED
    assert not _in_order(transcript, _OUTCOME)


def test_the_document_names_every_command(tmp_path: Path):
    from corolle_gateway.console import english

    text = (ROOT / "docs/console.md").read_text()
    assert not [name for name in english.HELP if f"`{name}" not in text]
