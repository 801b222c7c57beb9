"""`corolle ble` against a whole lamp: genuine firmware on genuine MicroPython, over Bumble's HCI and GATT."""

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from corolle.system.lamp_settings import LAMP_SETTINGS
from corolle.wire.words import REASONS, words
from corolle_hil.ble.adapter import Adapter
from corolle_hil.pace import Paced
from corolle_hil.scheduler import Scheduler
from corolle_hil.street import Equipment, Street
from corolle_hil.world.place import ORIGIN_DEG, lay_out
from corolle_hil.world.propagation import Position
from corolle_hil.world.scenario import WEEKS, ScenarioClimate
from corolle_tools.app import app
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.private_file import write_private
from corolle_tools.street.plan import BOARDS
from typer.testing import CliRunner, Result

_NIGHT_US = (WEEKS["summer"] + 86_400 + 22 * 3600) * 1_000_000
_SPEED = 20  # street seconds in a real one
_ADAPTER = b"\x00\x00\x5e\x00\x53\x02"


class Yard:
    """A lamp in a street that lives in a thread of its own, and a laptop ten metres away."""

    def __init__(self, folder: Path):
        self.records: list[dict[str, Any]] = []
        self.keys = folder / "units.json"
        self.identity = Identity.make("lamp-01", "lamp", "yard", *ORIGIN_DEG)
        write_private(self.keys, {"units": [self.identity.registry_entry()]})
        scheduler = Scheduler(_NIGHT_US, 1, Paced(_SPEED))
        board = BOARDS["lamp"]
        equipment = Equipment(board_definition(board), lambda: node_files(board, self.identity))
        place = lay_out(1, 0, 0, scheduler.rng("place"))
        climate = ScenarioClimate(scheduler.rng)
        self.street = Street(scheduler, place, lambda _: equipment, folder, climate, self.records.append)
        around = place.lamps[0].position
        beside = Position(around.x_m + 10, around.y_m, 1.0)
        self._socket = folder / "hci"
        self._adapter = Adapter(self.street.around.ble, "laptop", beside, _ADAPTER, self._socket)
        self._thread = threading.Thread(target=self.street.run)
        self._thread.start()

    def settle(self) -> None:
        """Let a new lamp learn what its luminaire draws: nobody's order counts meanwhile."""
        end_s = time.monotonic() + 60
        while not any(record.get("event") == "learned" for record in self.records):
            assert time.monotonic() < end_s
            time.sleep(0.05)

    def close(self) -> None:
        """Switch everything off."""
        self.street.stop()
        self._thread.join(10)
        self._adapter.close()
        self.street.close()

    def __call__(self, *words: str) -> Result:
        """Run `corolle ble` with these words."""
        how = ["--backend", "corolle_hil.ble.bleak_backend:Bumble", "--adapter", str(self._socket)]
        ran = CliRunner().invoke(
            app, ["ble", words[0], *how, "--keys", str(self.keys), *words[1:]], env={"COLUMNS": "200"}
        )
        assert not isinstance(ran.exception, Exception), ran.exception
        assert self.identity.app_key not in ran.output
        return ran


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    made = Yard(tmp_path_factory.mktemp("yard"))
    try:
        made.settle()
        yield made
    finally:
        made.close()


def _objects(ran: Result) -> list[dict[str, Any]]:
    assert ran.exit_code == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def _scanned(yard: Yard) -> dict[str, Any]:
    """What its adverts say, which take turns: it listens until all were heard, or the test's time is over."""
    told: dict[str, Any] = {"firmware": None, "readings": {}}
    while not (told["firmware"] and {"problem", "temperature"} <= told["readings"].keys()):
        for heard in _objects(yard("scan", "--seconds", "3", "--json")):
            readings = told["readings"] | heard["readings"]
            told |= {name: value for name, value in heard.items() if value is not None}
            told["readings"] = readings
    return told


def test_its_adverts_are_read_with_its_key(yard: Yard):
    heard = _scanned(yard)
    assert (heard["unit"], heard["kind"], heard["firmware"]) == ("lamp-01", "lamp", "0.1.0")
    assert -80 < heard["rssi_dbm"] < -45
    assert heard["readings"]["problem"] == 0 and 0 < heard["readings"]["temperature"] < 50


def test_it_says_who_it_is_what_it_does_and_what_it_finds(yard: Yard):
    identity, report, clock, test, settings = _objects(yard("show", "lamp-01", "--json"))
    assert (identity["dev_eui"], identity["firmware"]) == (yard.identity.dev_eui, "0.1.0")
    assert report["message"] == "lamp_report" and report["reason"] in words(REASONS)
    assert abs(clock["time_s"] - _NIGHT_US / 1e6) < 3600
    assert test["found"]["lorawan"] == "not joined"
    assert settings["type"] == "settings"


def test_an_order_lights_it_and_is_in_its_log(yard: Yard):
    ran = yard("command", "lamp-01", "level", "80", "--author", "paul")
    told = r"lamp-01: accepted; level 80 %, because: override until [0-2]\d:[0-5]\d by paul\n"
    assert ran.exit_code == 0 and re.fullmatch(told, ran.stdout), ran.stdout
    decided = [r for r in yard.records if r.get("output") == "light" and r.get("value") == 80]
    assert decided[-1]["reason"].endswith("by paul")
    logged = yard("log", "lamp-01")
    assert "event=command" in logged.stdout and "author=paul" in logged.stdout
    assert logged.stdout.endswith("--- no crash is kept\n")


def test_it_refuses_in_its_own_words_what_the_table_here_would_let_pass(yard: Yard):
    ran = yard("command", "lamp-01", "level", "80", "--for", "0s")
    assert ran.exit_code == 1
    assert "lamp-01: expired" in ran.stdout


def test_a_restart_is_waited_for_and_the_order_outlives_it(yard: Yard):
    boots = [record for record in yard.records if record.get("event") == "boot"]
    ran = yard("restart", "lamp-01", "--wait", "30")
    assert ran.exit_code == 0 and ran.stdout.startswith("lamp-01 is back after "), ran.stderr
    assert len([record for record in yard.records if record.get("event") == "boot"]) == len(boots) + 1
    assert "a restart is no order: `corolle ble restart UNIT`" in yard("command", "lamp-01", "restart").stderr
    *_, report, _clock, _test, _settings = _objects(yard("show", "lamp-01", "--json"))
    assert (report["level_pct"], report["reason"]) == (80, "override")


def test_settings_are_changed_and_it_runs_them(yard: Yard):
    *changed, digest = _objects(yard("settings", "lamp-01", "base_pct=25", "hold_s=90", "--json"))
    assert {row["name"]: row["value"] for row in changed} == {"base_pct": 25, "hold_s": 90}
    assert digest["agreed"] and digest["desired"] == digest["reported"]
    *_, settings = _objects(yard("show", "lamp-01", "--json"))
    assert settings["changed"] == {"base_pct": 25, "hold_s": 90}
    assert settings["hash"] == digest["reported"]
    assert yard("settings", "lamp-01", "base_pct=10", "hold_s=60").exit_code == 0


def test_all_settings_come_in_the_table_s_order(yard: Yard):
    *rows, _ = _objects(yard("settings", "lamp-01", "--json"))
    assert [row["name"] for row in rows] == [line.split()[0] for line in LAMP_SETTINGS.split("\n") if line]


def test_another_key_is_told_and_shuts_nobody_out(yard: Yard):
    (heard,) = _objects(yard("scan", "--seconds", "1", "--json"))
    kept = yard.keys.read_text()
    write_private(yard.keys, {"units": [yard.identity.registry_entry() | {"app_key": "00" * 16}]})
    unheard, shut_out = yard("show", "lamp-01", "--wait", "1"), yard("show", heard["address"])
    yard.keys.write_text(kept)
    assert unheard.exit_code == 4 and "instead: 1 of unknown key" in unheard.stderr
    assert shut_out.exit_code == 5 and "has another key than the keys file" in shut_out.stderr
    assert f"DevEUI {yard.identity.dev_eui}" in shut_out.stdout, "who it is, it tells everybody"
    assert yard("show", "lamp-01").exit_code == 0


def test_an_adapter_that_is_not_there_is_told(yard: Yard):
    ran = yard("scan", "--adapter", str(yard.keys.with_name("nothing")))
    assert ran.exit_code == 3 and "nothing cannot be used" in ran.stderr
