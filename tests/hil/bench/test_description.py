"""A rig's file: each mistake is told in a sentence that says what would be right."""

from pathlib import Path

import pytest
from corolle_hil.bench.description import WrongRig, read
from source_tree import ROOT

_BOARDS = ROOT / "boards"
_LAMP = '[units.lamp-01]\nkind = "lamp"\nboard = "lamp-s3"\nport = "/dev/ttyACM0"\n'
_CANOPY = '[units.canopy-01]\nkind = "canopy"\nboard = "canopy-drip-s3"\nport = "/dev/ttyACM1"\n'
_JIG = '[jig]\nport = "/dev/ttyACM9"\n'
_DIODE = "[units.lamp-01.photodiode]\ngpio = 1\ndark_mv = {}\nfull_mv = {}\n"
_INA = '[units.lamp-01.meter]\ndriver = "ina226"\nsda = 8\nscl = 9\naddress = 0x40\nshunt_uohm = 100\n'
_BL = (
    '[units.lamp-01.meter]\ndriver = "bl0942"\nport = "/dev/ttyACM0"\n'
    "address = 0\nshunt_uohm = 1\ndivider = 1\n"
)
_GATEWAY = '[gateway]\nhost = "gw"\nport = 1883\ntopics = "{}"\n'

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
    _JIG + _LAMP + 'power = "jig:99"\n': "is followed by the GPIO of a relay, 0 to 48",
    _LAMP + 'power = "labgrid:desk"\n': "power = 'labgrid:desk' needs a section [labgrid]",
    _LAMP + 'power = "command:uhubctl"\n': "has no {state}, which becomes on or off",
    _LAMP + _INA: "an ina226 hangs on the jig's I2C, and there is no section [jig]",
    _JIG + _LAMP + _INA.replace("0x40", "0x10"): "address = 16 is not an I2C address, a whole number from 64",
    _JIG + _LAMP + _INA.replace("ina226", "ina"): "meter.driver = 'ina' is not one of ina226, bl0942",
    _LAMP + _DIODE.format(1, 9): "wires and photodiodes lead to the jig, and there is no section [jig]",
    _JIG + _LAMP + _DIODE.format(90, 9): "dark_mv = 90 is not below full_mv = 9",
    _JIG + _LAMP + "[units.lamp-01.wires]\npresence = 99\n": "presence = 99 is not a GPIO of the jig",
    _JIG + _CANOPY + "[units.canopy-01.wires]\nflow = 4\n": "flow is of no use without valve_open and valve",
    _LAMP + 'wires = "all"\n': "units.lamp-01.wires = 'all' is not a section",
    _LAMP.replace("lamp-s3", "lamp-s9"): "board = 'lamp-s9' is no board: there are canopy-drip-s3, ",
    _LAMP.replace("lamp-s3", "canopy-s3"): "kind = 'lamp': canopy-s3 is the board of a canopy",
    _JIG + _CANOPY + "[units.canopy-01.wires]\npresence = 4\n": (
        "wires.presence leads nowhere: canopy-drip-s3 has no [fitted.presence]"
    ),
    _LAMP.replace("/dev/ttyACM0", "usb:"): "port = 'usb:' is not a serial port: a path such as",
    _LAMP + 'power = "command:hub \'{state}"\n': "is no command line: No closing quotation",
    _LAMP + _GATEWAY.format("corolle/desk/gw-1/"): "topics = 'corolle/desk/gw-1/' is not what its topics",
    _LAMP + _GATEWAY.format("corolle/a/b") + 'password_file = "it"\n': "is of no use without gateway.user",
    _JIG + _LAMP + _INA.replace("scl = 9", "scl = 8"): "meter.sda and scl are both 8: a bus has two wires",
    _JIG + _LAMP + _INA + "[units.lamp-01.wires]\npresence = 8\n": (
        "units.lamp-01.wires.presence and units.lamp-01.meter.sda are both the jig's GPIO 8"
    ),
    _LAMP + _BL: "units.lamp-01.meter.port and units.lamp-01.port are both port /dev/ttyACM0",
    _JIG.replace("9", "0") + _LAMP: "units.lamp-01.port and jig.port are both port /dev/ttyACM0",
    _JIG + _LAMP + 'power = "jig:1"\n' + _DIODE.format(1, 9): "are both the jig's GPIO 1",
}


@pytest.mark.parametrize("text", _WRONG, ids=list(_WRONG.values()))
def test_a_wrong_file_is_refused_with_a_sentence(text: str, tmp_path: Path):
    path = tmp_path / "rig.toml"
    path.write_text(text)
    with pytest.raises(WrongRig) as told:
        read(path, _BOARDS)
    assert _WRONG[text] in str(told.value)
    assert all(line.startswith(str(path)) for line in str(told.value).splitlines())


def test_a_file_that_is_not_there_is_no_rig(tmp_path: Path):
    with pytest.raises(WrongRig, match="No such file or directory: a rig is virtual, or a file like "):
        read(tmp_path / "none.toml", _BOARDS)


def test_meters_may_share_a_bus(tmp_path: Path):
    path, second = tmp_path / "rig.toml", _INA.replace("lamp-01", "canopy-01").replace("0x40", "0x41")
    path.write_text(_JIG + _LAMP + _INA + _CANOPY + second)
    assert len(read(path, _BOARDS).units) == 2


def test_the_example_says_what_each_unit_has():
    rig = read(ROOT / "hil" / "rigs" / "desk.toml", _BOARDS)
    lamp, canopy = rig.unit("lamp"), rig.unit("canopy")
    assert lamp and canopy and rig.gateway and rig.labgrid
    assert lamp.power == ("jig", "10") and lamp.wires == {"presence": 4}
    assert canopy.power == ("labgrid", "canopy-desk") and canopy.meter is None
