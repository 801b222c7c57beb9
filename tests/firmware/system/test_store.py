"""Records must be old or new after any power cut, and one damaged copy must never be believed."""

import vfs
from corolle.system.store import Store
from ram_flash import RamFlash, mount

_FOLDER = "/ram/data"


def _read(copy):
    with open(_FOLDER + "/count." + copy, "rb") as file:
        return file.read()


def _write(copy, content):
    with open(_FOLDER + "/count." + copy, "wb") as file:
        file.write(content)


def test_a_record_comes_back_and_a_missing_one_is_none():
    mount(RamFlash())
    store = Store(_FOLDER)
    assert store.load("count") is None
    store.save("count", b"one")
    store.save("count", b"two")
    assert Store(_FOLDER).load("count") == b"two"
    assert (store.corrupt, store.restored) == (0, 0)


def test_an_empty_record_and_a_long_one():
    mount(RamFlash())
    store = Store(_FOLDER)
    for payload in (b"", bytes(range(256)) * 5):
        store.save("count", payload)
        assert store.load("count") == payload


def test_every_byte_of_either_copy_damaged():
    mount(RamFlash())
    store = Store(_FOLDER)
    store.save("count", b"litres")
    for copy in ("a", "b"):
        whole = _read(copy)
        for place in range(len(whole)):
            _write(copy, whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
            fresh = Store(_FOLDER)
            assert fresh.load("count") == b"litres", (copy, place)
            assert (fresh.corrupt, fresh.restored) == (1, 1), (copy, place)
        _write(copy, whole)


def test_either_copy_torn_at_every_length():
    mount(RamFlash())
    Store(_FOLDER).save("count", b"litres")
    for copy in ("a", "b"):
        whole = _read(copy)
        for length in range(len(whole)):
            _write(copy, whole[:length])
            fresh = Store(_FOLDER)
            assert fresh.load("count") == b"litres", (copy, length)
            assert fresh.corrupt == 1
        _write(copy, whole + b"x")
        assert Store(_FOLDER).load("count") == b"litres"
        _write(copy, whole)


def test_both_copies_damaged_is_none_and_counted():
    mount(RamFlash())
    store = Store(_FOLDER)
    store.save("count", b"litres")
    _write("a", b"noise")
    _write("b", b"")
    assert store.load("count") is None
    assert (store.corrupt, store.restored) == (2, 0)


def test_a_damaged_record_is_told_by_name():
    mount(RamFlash())
    told = []
    store = Store(_FOLDER, lambda event, **fields: told.append((event, fields)))
    store.save("count", b"litres")
    store.save("curve", b"watts")
    assert not told and store.load("count")
    _write("a", b"noise")
    store.load("count")
    assert store.load("curve") == b"watts"
    assert told == [("store", {"level": "warn", "record": "count", "restored": 1})]


def test_the_newer_copy_wins_whichever_it_is():
    mount(RamFlash())
    store = Store(_FOLDER)
    store.save("count", b"old")
    old = _read("a")
    store.save("count", b"new")
    for copy in ("a", "b"):
        new = _read(copy)
        _write(copy, old)
        assert store.load("count") == b"new"
        _write(copy, new)


def test_a_save_heals_a_damaged_copy():
    mount(RamFlash())
    store = Store(_FOLDER)
    store.save("count", b"one")
    _write("a", b"noise")
    store.save("count", b"two")
    fresh = Store(_FOLDER)
    assert fresh.load("count") == b"two"
    assert fresh.corrupt == 0


def test_what_need_not_last_is_written_once_and_leaves_the_record_before_it():
    flash = RamFlash()
    mount(flash)
    store = Store(_FOLDER)
    store.save("count", b"told")
    for payload in (b"one", b"two", b"three"):
        store.save("count", payload, lasting=False)
        assert Store(_FOLDER).load("count") == payload
    for copy in ("a", "b"):
        whole = _read(copy)
        _write(copy, b"noise")
        assert Store(_FOLDER).load("count") == (b"two" if whole.endswith(b"three") else b"three")
        _write(copy, whole)
    store.save("count", b"told again")
    for copy in ("a", "b"):
        assert _read(copy).endswith(b"told again")


def test_power_cut_at_every_flash_operation_of_a_save():
    flash = RamFlash()
    mount(flash)
    store = Store(_FOLDER)
    store.save("count", b"old" * 20)
    before = bytes(flash.content)
    start = flash.operations
    store.save("count", b"new" * 20)
    operations = flash.operations - start
    vfs.umount("/ram")
    outcomes = set()
    for cut_after in range(operations):
        flash = RamFlash(bytearray(before))
        mount(flash)
        flash.cut_after, flash.operations = cut_after, 0
        try:
            Store(_FOLDER).save("count", b"new" * 20)
        except OSError:
            pass  # the file system found out that its power is gone
        flash.cut_after = None
        vfs.umount("/ram")
        mount(flash)
        found = Store(_FOLDER).load("count")
        assert found in (b"old" * 20, b"new" * 20), (cut_after, found)
        outcomes.add(found)
        vfs.umount("/ram")
    assert len(outcomes) == 2, "the cuts did not fall on both sides of the change"


def test_a_flash_that_is_gone_is_told_by_save_alone():
    store = Store("/nowhere/data")
    assert store.load("count") is None
    try:
        store.save("count", b"one")
    except OSError:
        return
    raise AssertionError("nothing was written, and nothing said so")
