"""What the board itself does while it is flashed: the tool sends this file to its prompt. MicroPython.

A file is written beside its old self, read back, and only then takes its place: littlefs renames at one go.
The watchdog runs meanwhile: a board whose cable was pulled goes back to work by itself.
"""

import os
import sys
from binascii import a2b_base64, crc32, hexlify
from hashlib import sha256

import esp32
import machine

_DIRECTORY = 0x4000
_OWN = ("/data",)  # what the node writes: nobody else touches it
_WATCHDOG_MS = 180_000  # as the node sets it: it cannot be stopped, only fed

_dog = machine.WDT(timeout=_WATCHDOG_MS)
_file = None


def facts():
    """(platform, chip, version, .mpy format, unique id)."""
    it = sys.implementation
    return sys.platform, it._machine, tuple(it.version), it._mpy, hexlify(machine.unique_id()).decode()


def files(folder=""):
    """Each file below a folder, and its hash; not those that the node has written."""
    found = {}
    for name, kind, *_ in os.ilistdir(folder or "/"):
        path = folder + "/" + name
        if path in _OWN or path == "/rom":
            continue
        if kind == _DIRECTORY:
            found.update(files(path))
        else:
            found[path] = digest(path)
    return found


def digest(path):
    """SHA-256 of a file as flash has it."""
    _dog.feed()
    hashed, buffer = sha256(), memoryview(bytearray(1024))
    with open(path, "rb") as file:
        while n := file.readinto(buffer):
            hashed.update(buffer[:n])
    return hexlify(hashed.digest()).decode()


def text(path):
    """A small file's content, "" when there is none, or no text in it."""
    try:
        with open(path) as file:
            return file.read()
    except (OSError, ValueError):
        return ""


def identity():
    """The unit's facts as they stand in /unit.json, or where that is lost in the chip's own storage."""
    told = text("/unit.json")
    if '"dev_eui"' in told:
        return told
    nvs = esp32.NVS("corolle-unit")  # firmware, system/identity.py
    try:
        copy = bytearray(nvs.get_i32("unit-size"))
        nvs.get_blob("unit", copy)
        is_whole = nvs.get_i32("unit-crc") & 0xFFFFFFFF == crc32(copy)
    except (OSError, ValueError, MemoryError):
        return told
    return copy.decode() if is_whole else told


def begin(path):
    """Open the file that is to take this one's place, and make its folders."""
    global _file
    at = path.find("/", 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass  # it is there; if not, open() says what is wrong
        at = path.find("/", at + 1)
    _file = open(path + ".new", "wb")


def more(base64):
    """Append to it."""
    _dog.feed()
    _file.write(a2b_base64(base64))


def end(path, wanted):
    """Let it take its place, if it is what it should be. OSError (EIO) when flash has something else."""
    _file.close()
    if digest(path + ".new") != wanted:
        raise OSError(5, path)
    os.rename(path + ".new", path)


def remove(path):
    """Take a file, or a folder with all in it, away; it may be gone already."""
    try:
        if os.stat(path)[0] & _DIRECTORY:
            for name, *_ in os.ilistdir(path):
                remove(path + "/" + name)
            os.rmdir(path)
        else:
            os.remove(path)
    except OSError as error:
        if error.errno != 2:
            raise


def restart():
    """Boot what is there. Boots that failed were another program's, or were ended here: they do not count."""
    machine.RTC().memory(b"")
    machine.reset()
