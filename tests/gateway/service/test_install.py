"""The install page, and the one behind it: what can be run is run, into a folder that stands for the machine.

Of the rest each program, verb and option is looked for in what the program says of itself.
"""

import grp
import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from corolle_gateway import config

_ROOT = Path(__file__).parents[3]
_PAGE = "".join((_ROOT / "docs" / name).read_text() for name in ("install.md", "operation.md"))
_UNITS = {path.name for path in (_ROOT / "gateway" / "systemd").rglob("*")}
_BIN = Path(sys.executable).parent
_OWN = "/opt/corolle/bin/"

# These have nothing to look for, or nothing here that could be asked.
_PLAIN = {"editor", "reboot"}
_RUN = {"install", "systemd-sysusers", "echo", "printf"}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="what an installation does, root does")


def _lines() -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL)
    found = [line for block in blocks for line in block.splitlines() if line]
    return [
        line for line in found if not line.startswith("corolle-gateway ")
    ]  # as elsewhere in the documents


def _words(line: str) -> list[str]:
    """A command's words, whoever runs it."""
    words = shlex.split(line)
    if words[0] == "sudo":
        words = words[3:] if words[1] == "-u" else words[1:]
    return words


def _moved(line: str, machine: Path) -> str:
    """A command for the machine's folder, its owners ones that are here."""
    line = re.sub(r"sudo (-u \w+ )?", "", line)
    line = re.sub(r"(?<![\w.])/(etc|var|opt|boot)/", rf"{machine}/\1/", line)
    line = re.sub(r"-o \w+", f"-o {pwd.getpwuid(os.getuid()).pw_name}", line)
    line = re.sub(r"-g \w+", f"-g {grp.getgrgid(os.getgid()).gr_name}", line)
    return line.replace("systemd-sysusers", f"systemd-sysusers --root={machine}")


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine on which all was run that can be run here."""
    if shutil.which("systemd-sysusers") is None:
        pytest.skip("no systemd here")
    folder, project = tmp_path_factory.mktemp("machine"), tmp_path_factory.mktemp("project")
    (project / "gateway").symlink_to(_ROOT / "gateway")
    (project / "units.json").write_text('{"units": []}')
    for path in ("etc/modules-load.d", "etc/systemd/system", "boot/firmware"):
        (folder / path).mkdir(parents=True)
    for line in _lines():
        if _words(line)[0] in _RUN:
            command = _moved(line, folder)
            ran = subprocess.run(command, shell=True, cwd=project, capture_output=True, text=True, timeout=60)
            assert ran.returncode == 0, f"{command}: {ran.stderr}"
    return folder


def test_what_is_installed_is_where_it_is_looked_for(machine: Path):
    service = (machine / "etc/systemd/system/corolle-gateway.service").read_text()
    assert f"ExecStart={_OWN}corolle-gateway run --config /etc/corolle/gateway.toml" in service
    drop_ins = {path.name for path in (machine / "etc/systemd/system/corolle-gateway.service.d").iterdir()}
    assert drop_ins == {"bluetooth.conf", "console.conf"}
    assert (machine / "var/lib/corolle").stat().st_mode & 0o777 == 0o700
    for name in ("gateway.toml", "units.json"):
        assert (machine / "etc/corolle" / name).stat().st_mode & 0o777 == 0o640
    settings = config.load(machine / "etc/corolle/gateway.toml")
    assert settings.gateway.data_dir == Path("/var/lib/corolle")
    assert settings.units_file == machine / "etc/corolle/units.json"


def test_the_gateways_user_is_made_with_no_login(machine: Path):
    line = next(
        each for each in (machine / "etc/passwd").read_text().splitlines() if each.startswith("corolle:")
    )
    assert line.split(":")[5:] == ["/var/lib/corolle", "/usr/sbin/nologin"]
    assert "\ncorolle:" in "\n" + (machine / "etc/group").read_text()
    named = {*re.findall(r"sudo -u (\w+)", _PAGE), *re.findall(r"-[og] (\w+)", _PAGE)}
    assert named == {"root", "corolle"}


def test_the_consoles_gadget_is_switched_on(machine: Path):
    assert (machine / "etc/modules-load.d/corolle-console.conf").read_text() == "dwc2\ng_serial\n"
    assert (machine / "boot/firmware/config.txt").read_text().startswith("dtoverlay=dwc2,")


@cache
def _help(*command: str) -> str:
    ran = subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _known(words: list[str], told: str) -> bool:
    return all(re.search(rf"(?<![\w-]){re.escape(word.partition('=')[0])}\b", told) for word in words)


@pytest.mark.parametrize("line", [line for line in _lines() if _OWN in line])
def test_each_of_our_commands_is_real(line: str):
    words = _words(line)
    program = words[0].removeprefix(_OWN)
    if program == "pip":
        extra = re.search(r"\.\[(\w+)\]", line)
        assert (
            extra
            and extra[1]
            in tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        )
        words, told = words[2:], _help(str(_BIN / "pip"), words[1])
    elif words[1] == "--help":
        told = _help(str(_BIN / program))
    else:
        last = next(
            (at for at, word in enumerate(words) if word.startswith("-") or word.isupper()), len(words)
        )
        told = _help(str(_BIN / program), *words[1:last])
    assert _known([word for word in words[1:] if word.startswith("-")], told)


@pytest.mark.parametrize(
    "line", [line for line in _lines() if _OWN not in line and _words(line)[0] not in _RUN | _PLAIN]
)
def test_each_command_of_the_systems_is_real(line: str):
    words = _words(line)
    if words[:3] == ["python3", "-m", "venv"]:
        words = words[2:]
        told = _help(sys.executable, "-m", "venv")
    elif shutil.which(words[0]) is None:
        pytest.skip(f"no {words[0]} here")
    else:
        told = _help(words[0])
    options = [word for word in words if word.startswith("-")]
    verb = words[1:2] if words[0] != "venv" and not words[1].startswith("-") else []
    assert _known(options + verb, told)
    named = [word for word in words if word.startswith("corolle")]
    assert all(f"{name}.service" in _UNITS for name in named)


def test_the_page_shows_both_kinds():
    programs = {_words(line)[0].removeprefix(_OWN) for line in _lines()}
    assert {"install", "systemctl", "corolle-gateway", "pip", "python3", "apt"} <= programs
