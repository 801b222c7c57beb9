"""A rig's file: each mistake is told in a sentence that says what would be right."""

from pathlib import Path

import pytest
from corolle_hil.bench.description import WrongRig, read
from source_tree import ROOT

_LAMP = '[units.lamp-01]\nkind = "lamp"\nboard = "lamp-s3"\nport = "/dev/ttyACM0"\n'
_JIG = '[jig]\nport = "/dev/ttyACM9"\n'
_DIODE = "[units.lamp-01.photodiode]\ngpio = 1\ndark_mv = {}\nfull_mv = {}\n"
_INA = '[units.lamp-01.meter]\ndriver = "ina226"\nsda = 8\nscl = 9\naddress = 0x40\nshunt_uohm = 100\n'

_WRONG = {
    "[units": "not TOML",
    "": "units is missing: it is sections [units.NAME]",
    "[units]\n": "units = {} is not sections [units.NAME]",
    "[units]\nlamp-01 = 3\n": "units.lamp-01 = 3 is not a section",
    _LAMP.replace("lamp-01", "Lamp_1"): "units.Lamp_1: a unit's name has a-z, 0-9 and - only",
    _LAMP.replace('"lamp"', '"seat"'): "units.lamp-01.kind = 'seat' is not one of lamp, canopy",
    _LAMP.replace("port", "prot"): "units.lamp-01.prot is not a key: there are kind, board, port",
    _LAMP.replace("board", "# board"): "units.lamp-01.board is missing: it is the name of a board of boards/",
    _LAMP + "[gateway]\nport = 0\n": "gateway.port = 0 is not the broker's port, a whole number",
    _LAMP + "jig = 3\n": "units.lamp-01.jig is not a key",
    _LAMP + 'power = "on"\n': "power = 'on' is not one of jig, labgrid, command, a colon and",
    _LAMP + 'power = "jig:4"\n': "power = 'jig:4' needs a section [jig]",
    _JIG + _LAMP + 'power = "jig:relay"\n': "jig: is followed by the GPIO of a relay",
    _LAMP + 'power = "labgrid:desk"\n': "power = 'labgrid:desk' needs a section [labgrid]",
    _LAMP + 'power = "command:uhubctl"\n': "has no {state}, which becomes on or off",
    _LAMP + _INA: "an ina226 hangs on the jig's I2C, and there is no section [jig]",
    _JIG + _LAMP + _INA.replace("0x40", "0x10"): "address = 16 is not an I2C address, a whole number from 64",
    _JIG + _LAMP + _INA.replace("ina226", "ina"): "meter.driver = 'ina' is not one of ina226, bl0942",
    _LAMP + _DIODE.format(1, 9): "wires and photodiodes lead to the jig, and there is no section [jig]",
    _JIG + _LAMP + _DIODE.format(90, 9): "dark_mv = 90 is not below full_mv = 9",
    _JIG + _LAMP + "[units.lamp-01.wires]\npresence = 99\n": "presence = 99 is not a GPIO of the jig",
    _JIG + _LAMP + "[units.lamp-01.wires]\nvalve_open = 4\n": "valve_open is of no use without valve_close",
    _JIG.replace("9", "0") + _LAMP: "units.lamp-01.port and jig.port are both port /dev/ttyACM0",
    _JIG + _LAMP + 'power = "jig:1"\n' + _DIODE.format(1, 9): "are both the jig's GPIO 1",
}


@pytest.mark.parametrize("text", _WRONG, ids=list(_WRONG.values()))
def test_a_wrong_file_is_refused_with_a_sentence(text: str, tmp_path: Path):
    path = tmp_path / "rig.toml"
    path.write_text(text)
    with pytest.raises(WrongRig) as told:
        read(path)
    assert _WRONG[text] in str(told.value)
    assert all(line.startswith(str(path)) for line in str(told.value).splitlines())


def test_the_example_says_what_each_unit_has():
    rig = read(ROOT / "hil" / "rigs" / "desk.toml")
    lamp, canopy = rig.unit("lamp"), rig.unit("canopy")
    assert lamp and canopy and rig.gateway and rig.labgrid
    assert lamp.power == ("jig", "10") and lamp.wires == {"presence": 4}
    assert canopy.power == ("labgrid", "canopy-desk") and canopy.meter is None
