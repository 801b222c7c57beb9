"""What the documents say is so: each command is real, each option is known, each link leads somewhere."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from corolle_tools.app import app
from source_tree import ROOT, files
from typer.testing import CliRunner

_BIN = Path(sys.executable).parent
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")
_OURS = ("corolle", "corolle-gateway")
_QUICK = ("replay", "--help")  # commands that end by themselves within seconds are run as they stand

Command = tuple[str, ...]


def _commands() -> Iterator[Command]:
    for path in files(".md"):
        for block in _BLOCK.findall(path.read_text()):
            for line in block.replace("\\\n", " ").splitlines():
                if words := shlex.split(line, comments=True):
                    yield tuple(words)


def _ours() -> list[Command]:
    """Commands of ours, by their bare names; those that make passes on as well."""
    found = []
    for words in _commands():
        if Path(words[0]).name in _OURS:
            found.append((Path(words[0]).name, *words[1:]))
        elif words[:2] == ("make", "street") and len(words) > 2:
            found.append(("corolle", "street", *shlex.split(words[2].removeprefix("ARGS="))))
    return sorted(set(found))


def _made() -> list[str]:
    return sorted({words[1] for words in _commands() if words[0] == "make"})


@cache
def _help(*command: str) -> str:
    """What a command says of itself. `corolle` is asked in this process, which saves its start."""
    env = {"COLUMNS": "200", "TERM": "dumb"}
    if command[0] == "corolle":
        told = CliRunner().invoke(app, [*command[1:], "--help"], env=env)
        assert told.exit_code == 0, told.output
        return told.stdout
    env |= {"PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
    ran = subprocess.run([_BIN / command[0], *command[1:], "--help"], env=env, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _subcommand(command: Command) -> Command:
    """The words up to the first that is an argument or an option."""
    name = list(command[:1])
    for word in command[1:]:
        if word.startswith("-") or not re.search(rf"^\W*{word}\b", _help(*name), re.MULTILINE):
            break
        name.append(word)
    return tuple(name)


def test_the_documents_show_commands():
    assert {"street", "test", "check"} <= set(_made())
    assert {command[1] for command in _ours() if command[0] == "corolle"} >= {"street", "command", "replay"}


@pytest.mark.parametrize("target", _made())
def test_every_make_target_is_there(target: str):
    ran = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("command", _ours(), ids=shlex.join)
def test_every_option_shown_is_known(command: Command):
    known = _help(*_subcommand(command))
    options = [word.partition("=")[0] for word in command if word.startswith("--")]
    assert not [option for option in options if not re.search(rf"{option}\b", known)]


@pytest.mark.parametrize(
    "command", [command for command in _ours() if any(word in _QUICK for word in command)], ids=shlex.join
)
def test_quick_commands_run_as_they_stand(command: Command, tmp_path: Path):
    ran = subprocess.run(
        [_BIN / command[0], *command[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout


@pytest.mark.parametrize("path", files(".md"), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path: Path):
    broken = [link for link in _LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert not broken
