"""What the simulated units of the bench are made of: their own boards and firmware."""

import json
from dataclasses import replace

import pytest
from corolle_hil.bench.rig import PLACE_DEG, Load
from corolle_hil.bench.virtual.maker import Made, Maker
from corolle_hil.street import Equipment
from corolle_tools.firmware import board_definition, node_files
from corolle_tools.identity import Identity
from corolle_tools.street.plan import BOARDS

_NO_BLE = ("ble",)  # nobody is near, and a BLE air takes its time to begin
_UNTHRIFTY = {"/boot.py": b""}  # it says how early to collect garbage: a roomy heap makes that unnecessary


@pytest.fixture(scope="session")
def maker() -> Maker:
    """Make a unit with a load."""

    def make(kind: str, load: Load) -> Made:
        board = BOARDS[kind]
        made = Identity.make(f"{kind}-01", kind, "bench", *PLACE_DEG)
        unit = replace(made, dev_eui=f"02c0ffee{kind.encode().hex()[:8]}", app_key=bytes(range(16)).hex())
        facts = unit.unit_json() | {"settings": dict(load.settings), "programme": load.programme}
        files = _UNTHRIFTY | {"/unit.json": json.dumps(facts).encode()}
        if load.main is not None:
            files["/main.py"] = load.main
        equipment = Equipment(
            board_definition(board, _NO_BLE), lambda: node_files(board, unit, _NO_BLE) | files
        )
        return Made(equipment, unit.registry_entry())

    return make
