"""Who the unit is: /unit.json and /keys.json, and a second copy of both in the chip's own storage (NVS).

NVS is a partition of its own, which outlives a file system that is damaged or made anew. A file that is whole
rules, for that is what provisioning writes, and is copied; one that is lost or garbled is made of its copy.
"""

import json
from binascii import crc32

from esp32 import NVS

from corolle.wire.compat import const

_NAMESPACE = const("corolle-unit")  # no name of a module: the linker shortens those
# Each file, and without which of its facts it is not whole.
_FILES = const((("/unit.json", "dev_eui"), ("/keys.json", "app_key")))
# What was agreed under one AppKey means nothing under another: radio/lorawan/session.py.
_OF_ONE_KEY = const(("lorawan", "lorawan_nonces"))


def read(store, log) -> tuple:
    """(facts of /unit.json, those of /keys.json), each {} where neither file nor copy can be read."""
    nvs = NVS(_NAMESPACE)
    facts, keys = [_read(nvs, store, log, path, needed) for path, needed in _FILES]
    try:
        _know(nvs, store, log, facts, keys)
    except (OSError, TypeError) as error:
        log("identity", level="error", error=repr(error))
    return facts, keys


def _read(nvs, store, log, path: str, needed: str) -> dict:
    name = path[1:5]
    content, facts, error = _loaded(path)
    if needed in facts:
        _keep(nvs, log, name, content)
        return facts
    copy = _copied(nvs, name)
    if copy is None:
        if error:
            log("file", level="error", path=path, error=error)
        return facts
    log("file", level="warn", path=path, restored=len(copy))
    store.corrupt += 1
    store.restored += 1
    try:
        with open(path, "wb") as file:
            file.write(copy)
    except OSError as cause:  # there is the copy, and there will be at the next boot
        log("file", level="error", path=path, error=repr(cause))
    return json.loads(copy)


def _loaded(path: str) -> tuple:
    """(a file's bytes, the facts in it, what is wrong with it)."""
    try:
        with open(path, "rb") as file:
            content = file.read()
        facts = json.loads(content)
    except (OSError, ValueError) as cause:
        return b"", {}, repr(cause)
    return (content, facts, "") if isinstance(facts, dict) else (content, {}, "not a JSON object")


def _keep(nvs, log, name: str, content: bytes) -> None:
    """Copy a file, where it is not the same already: NVS wears as flash does."""
    if _copied(nvs, name) == content:
        return
    try:
        nvs.set_blob(name, content)
        nvs.set_i32(name + "-size", len(content))
        nvs.set_i32(name + "-crc", _signed(crc32(content)))
        nvs.commit()
    except OSError as error:
        log("identity", level="error", error=repr(error))


def _copied(nvs, name: str) -> bytes | None:
    """A copy that is whole, or None."""
    try:
        copy = bytearray(nvs.get_i32(name + "-size"))
        length = nvs.get_blob(name, copy)
        is_whole = length == len(copy) and nvs.get_i32(name + "-crc") == _signed(crc32(copy))
    except (OSError, ValueError, MemoryError):
        return None
    return bytes(copy) if is_whole else None


def _know(nvs, store, log, facts: dict, keys: dict) -> None:
    """A unit with another key or EUI than before joins anew: nobody knows its session any more."""
    if "app_key" not in keys or "dev_eui" not in facts:
        return
    who = _signed(crc32((facts["dev_eui"] + keys["app_key"]).encode()))
    try:
        before = nvs.get_i32("who")
    except OSError:
        before = None
    if who == before:
        return
    if before is not None:
        log("identity", dev_eui=facts["dev_eui"], was="another")
        for record in _OF_ONE_KEY:
            store.save(record, b"")
    nvs.set_i32("who", who)
    nvs.commit()


def _signed(number: int) -> int:
    """32 bits as NVS keeps them."""
    return number - (1 << 32) if number >> 31 else number
