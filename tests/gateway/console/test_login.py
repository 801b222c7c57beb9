"""Who may come in: users and their file, wrong passwords, patience, logout."""

import json
import os
import pty
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from console_site import PASSWORD, USER, Site, site
from corolle_gateway.console.users import Users
from mqtt_broker import Broker

_GATEWAY = [sys.executable, "-m", "corolle_gateway.app"]


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory, shared_broker: Broker) -> Iterator[Site]:
    """A French console at which nobody has logged in."""
    with site(tmp_path_factory.mktemp("locked"), shared_broker.port, "fr") as made:
        yield made


def test_nothing_is_told_before_somebody_has_logged_in(locked: Site):
    locked.terminal.type("\r")
    welcome = locked.terminal.wait("identifiant\xa0: ")
    assert "Passerelle corolle gw" in welcome and "site quai" in welcome
    locked.terminal.type("units\r")
    locked.terminal.wait("mot de passe\xa0: ")
    locked.terminal.type("\r")
    told = locked.terminal.wait("identifiant\xa0: ")
    assert "Identifiant ou mot de passe incorrect." in told and "lamp" not in told


def test_each_wrong_password_takes_longer_and_none_is_shown_or_logged(locked: Site):
    waits = []
    for _ in range(2):
        locked.terminal.type(f"{USER}\r")
        locked.terminal.wait("mot de passe\xa0: ")
        locked.terminal.type("mauvais-mot-secret\r")
        told = locked.terminal.wait("identifiant\xa0: ")
        waits.append(float(told.partition("Patientez ")[2].partition("\xa0")[0].partition(" ")[0]))
    assert waits == [2.0, 4.0]
    locked.city.wait_rejected("console_bad_password", 3, 20)
    everything = locked.terminal.text + locked.gateway.log.read_text()
    assert "mauvais" not in everything and "secret" not in everything


def test_the_cable_pulled_and_plugged_in_again_does_not_make_it_shorter(locked: Site):
    waits = []
    for _ in range(2):
        locked.terminal.type("\r")
        locked.terminal.wait("identifiant\xa0: ")
        locked.terminal.type("personne\r")
        locked.terminal.wait("mot de passe\xa0: ")
        locked.terminal.type("devine\r")
        locked.terminal.wait("Patientez ")
        waits.append(float(locked.terminal.wait(" s.").removesuffix(" s.")))
        locked.terminal.unplug()
        locked.terminal.plug_in()
    assert waits[1] == 2 * waits[0]


def test_the_right_one_opens_and_is_not_shown_or_logged_either(locked: Site):
    locked.terminal.log_in(USER, PASSWORD, "identifiant\xa0: ")
    everything = locked.terminal.text + locked.gateway.log.read_text()
    assert PASSWORD not in everything
    locked.gateway.wait_log(f"event=console_login user={USER}")
    assert "lamp-01" in locked.terminal.ask("units")


def test_a_user_is_added_on_a_terminal_and_may_come_in_at_once(locked: Site):
    config = str(locked.folder / "gateway.toml")
    said = _on_a_terminal([*_GATEWAY, "user", "add", "bruno", "--config", config], ["poste-de-nuit"] * 2)
    assert "bruno may log in." in said and "poste-de-nuit" not in said
    file = locked.folder / "data" / "users.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "poste-de-nuit" not in file.read_text()
    locked.terminal.type("exit\r")
    locked.terminal.log_in("bruno", "poste-de-nuit", "identifiant\xa0: ")
    assert "anne, bruno" in locked.terminal.ask("who")


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "Bruno Dupont"), [], "a name must be 1 to 12 of a-z 0-9 . _ -"),
        (("add", "a-very-long-name"), [], "a name must be 1 to 12"),
        (("add", "carla"), ["short"], "at least 8 characters"),
        (("add", "carla"), ["long-enough", "other-one"], "not the same"),
        (("remove", "nobody"), [], "no user 'nobody': there are anne"),
    ],
)
def test_what_cannot_be_a_user_is_said(locked: Site, words: tuple[str, ...], typed: list[str], said: str):
    config = str(locked.folder / "gateway.toml")
    assert said in _on_a_terminal([*_GATEWAY, "user", *words, "--config", config], typed)


def test_whoever_is_removed_does_not_come_in_again(tmp_path: Path):
    users = Users(tmp_path)
    users.put(USER, PASSWORD)
    users.put("bruno", "poste-de-nuit")
    assert users.knows(USER, PASSWORD) and users.knows("bruno", "poste-de-nuit")
    assert not users.knows(USER, PASSWORD + " ") and not users.knows("carla", PASSWORD)
    users.remove(USER)
    assert users.names() == ["bruno"] and not users.knows(USER, PASSWORD)


def test_hashes_are_salted_and_as_costly_as_they_say(tmp_path: Path):
    users = Users(tmp_path)
    users.put("anne", PASSWORD)
    users.put("bruno", PASSWORD)
    entries = json.loads(users.path.read_text())["users"]
    assert entries["anne"]["hash"] != entries["bruno"]["hash"]
    assert {(each["log2_n"], each["r"], each["p"]) for each in entries.values()} == {(14, 8, 1)}


def test_scrypt_is_that_of_its_standard():
    """RFC 7914, 12, the third vector: P = "pleaseletmein", S = "SodiumChloride", N = 16384, r = 8, p = 1."""
    from corolle_gateway.console import users

    hashed = users.Hashed(b"SodiumChloride".hex(), "")
    assert users._scrypt(hashed, "pleaseletmein").hex().startswith("7023bdcb3afd7348461c06cd81fd38eb")


def test_a_file_that_others_may_read_lets_nobody_in(locked: Site):
    locked.terminal.type("exit\r")
    locked.terminal.wait("identifiant\xa0: ")
    file = locked.folder / "data" / "users.json"
    file.chmod(0o644)
    try:
        locked.terminal.type(f"{USER}\r")
        locked.terminal.wait("mot de passe\xa0: ")
        locked.terminal.type(f"{PASSWORD}\r")
        locked.terminal.wait("inutilisable")
        locked.gateway.wait_log("cause=console_users_unreadable")
    finally:
        file.chmod(0o600)


def _on_a_terminal(command: list[str], typed: list[str]) -> str:
    """What a command says on a terminal of its own, at which somebody answers each question."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    said = b""
    try:
        for answer in typed:
            said = _until(terminal, said, b": ")
            time.sleep(0.1)  # getpass throws away what was typed before it listens
            os.write(terminal, answer.encode() + b"\n")
            said += b"\n"
        said = _until(terminal, said, None)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return said.decode()


def _until(terminal: int, said: bytes, wanted: bytes | None) -> bytes:
    while wanted is None or not said.endswith(wanted):
        try:
            data = os.read(terminal, 1024)
        except OSError:  # it has ended
            return said
        if not data:
            return said
        said += data
    return said


def test_without_a_terminal_a_password_is_not_shown_either(locked: Site):
    ran = subprocess.run(
        [*_GATEWAY, "user", "list", "--config", str(locked.folder / "gateway.toml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.split() == ["anne", "bruno"]
