"""Bring the files below a folder of this machine onto the flash: those that differ, whole and by rename."""

import os
import sys

import power

_DIRECTORY = 0x4000


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _copy(source, target):
    for name, kind, *_ in os.ilistdir(source):
        here, there = source + "/" + name, target + "/" + name
        if kind == _DIRECTORY:
            try:
                os.mkdir(there)
            except OSError:
                pass  # it is there already
            _copy(here, there)
            continue
        content = _read(here)
        if content != _read(there):
            with open(there + ".new", "wb") as file:
                file.write(content)
            os.rename(there + ".new", there)


power.up()
power.mount("/flash")
_copy(sys.argv[1], "/flash")
