"""The chain is whole after any power cut, and one changed byte is found wherever it is."""

import asyncio
import os

import vfs
from corolle.system.sanitary_log import SanitaryLog
from corolle.wire.sanitary_record import SANITARY, first_link, link, unpack
from corolle.wire.words import code_of
from ram_flash import RamFlash, mount

_FOLDER = "/ram/sanitary"
_DEV_EUI = "70b3d57ed0001234"
_NOW = 1_784_000_000
_SEGMENT = 127


def _big(kb=256):
    """Blank flash."""
    return RamFlash(bytearray(b"\xff" * 1024 * kb))


def _log(segments=64):
    return SanitaryLog(_FOLDER, _DEV_EUI, segments)


def _fill(log, count):
    for _ in range(count):
        log.append(_NOW + log.number, "purged", log.number, "")


def _path(segment):
    return f"{_FOLDER}/{segment:06d}"


def _content(segment):
    with open(_path(segment), "rb") as file:
        return file.read()


def _replace(segment, content):
    with open(_path(segment), "wb") as file:
        file.write(content)


def _reboot(flash):
    """The power comes back: the log as the next boot finds it."""
    flash.cut_after = None
    vfs.umount("/ram")
    mount(flash)
    return _log()


async def test_records_hang_on_each_other_from_the_unit_s_own_first_link():
    mount(_big())
    log = _log()
    assert (log.number, log.first, log.read(1)) == (0, 1, None)
    chain = first_link(_DEV_EUI)
    for word, value, author in (("log begun", 0, ""), ("purged", 57, ""), ("ban", 0, "prefet 31")):
        written = log.append(_NOW, word, value, author)
        record = unpack(written)
        assert (record.number, record.time_s, record.value, record.author) == (
            log.number,
            _NOW,
            value,
            author,
        )
        assert record.code == code_of(SANITARY, word)
        assert record.chain == link(chain, written)
        assert log.read(log.number) == written
        chain = record.chain
    assert log.read(0) is None
    assert log.read(4) is None
    assert await log.verify() is None


async def test_a_boot_finds_the_end_in_the_last_segment():
    flash = _big()
    mount(flash)
    for count in (1, 126, 1, 126, 1):
        _fill(_log(), count)
        log = _reboot(flash)
        assert await log.verify() is None, log.number
    assert log.number == 255
    assert sorted(entry[0] for entry in os.ilistdir(_FOLDER)) == ["000000", "000001", "000002"]
    for number in (1, 127, 128, 254, 255):
        record = log.read(number)
        assert record
        assert unpack(record).value == number - 1


def test_a_word_or_an_author_that_cannot_be_kept_changes_nothing():
    mount(_big())
    log = _log()
    for word, author in (("splashed", ""), ("ban", "a prefect of great name")):
        try:
            log.append(_NOW, word, 0, author)
        except ValueError:
            continue
        raise AssertionError(word)
    assert log.number == 0
    assert log.append(_NOW, "ban", 0, "prefet 31")[:4] == b"\x01\0\0\0"


async def _cut_everywhere(count, segments=64, acknowledged=0, rewrite=None):
    """Cut the power at every flash operation of a boot and an append; at which numbers the log stood then."""
    flash = _big()
    mount(flash)
    log = _log(segments)
    _fill(log, count)
    if rewrite:
        rewrite()
    before = bytes(flash.content)
    start = flash.operations
    _change(segments, acknowledged)
    operations = flash.operations - start
    vfs.umount("/ram")
    found = set()
    for cut_after in range(operations + 1):
        flash = RamFlash(bytearray(before))
        mount(flash)
        flash.cut_after, flash.operations = cut_after, 0
        try:
            _change(segments, acknowledged)
        except OSError:
            pass  # the file system found out that its power is gone
        log = _reboot(flash)
        assert await log.verify() is None, cut_after
        found.add(log.number)
        _fill(log, 1)
        assert await log.verify() is None, cut_after
        vfs.umount("/ram")
    assert operations >= 2
    return found


def _change(segments, acknowledged):
    log = _log(segments)
    log.acknowledged = acknowledged
    _fill(log, 1)


async def test_power_cut_at_every_flash_operation_of_an_append():
    assert await _cut_everywhere(0) == {0, 1}
    assert await _cut_everywhere(50) == {50, 51}
    assert await _cut_everywhere(126) == {126, 127}


async def test_power_cut_at_every_flash_operation_of_a_new_segment():
    assert await _cut_everywhere(127) == {127, 128}


async def test_power_cut_while_the_oldest_segment_goes():
    assert await _cut_everywhere(254, segments=2, acknowledged=127) == {254, 255}


async def test_power_cut_while_a_torn_end_is_cut():
    found = await _cut_everywhere(10, rewrite=lambda: _replace(0, _content(0)[:-5]))
    assert found == {9, 10}


async def test_an_end_torn_at_every_byte_is_cut_at_the_boot():
    flash = _big()
    mount(flash)
    _fill(_log(), 129)
    whole = _content(1)
    for size in range(len(whole)):
        _replace(1, whole[:size])
        log = _reboot(flash)
        assert log.number == 127 + max(0, size - 8) // 32, size
        assert await log.verify() is None, size
        log.append(_NOW, "purged", 1, "")
        assert await log.verify() is None, size
    _replace(1, whole)
    assert _reboot(flash).number == 129


async def test_one_changed_byte_is_found_wherever_it_is():
    flash = _big()
    mount(flash)
    _fill(_log(), 130)
    for segment in (0, 1):
        whole = _content(segment)
        places = list(range(48)) + list(range(len(whole) - 40, len(whole)))
        for place in places:
            changed = bytearray(whole)
            changed[place] ^= 0x04
            _replace(segment, changed)
            number = segment * _SEGMENT + max(0, place - 8) // 32 + 1
            assert await _reboot(flash).verify() == number, (segment, place)
        _replace(segment, whole)
    assert await _reboot(flash).verify() is None


async def test_a_record_left_out_or_a_segment_gone_is_found():
    flash = _big()
    mount(flash)
    _fill(_log(), 300)
    whole = _content(1)
    _replace(1, whole[:72] + whole[104:])
    log = _reboot(flash)
    assert await log.verify() == 130
    os.remove(_path(1))
    assert await log.verify() == 128
    assert log.read(130) is None


async def test_a_forged_chain_is_found_where_it_joins_the_true_one():
    flash = _big()
    mount(flash)
    forged = SanitaryLog(_FOLDER, "70b3d57ed0009999")
    _fill(forged, 127)
    other = _content(0)
    os.remove(_path(0))
    _fill(_log(), 130)
    _replace(0, other)
    assert await _reboot(flash).verify() == 128


async def test_the_oldest_segments_go_when_the_gateway_has_them_and_not_before():
    flash = _big()
    mount(flash)
    log = _log(segments=2)
    _fill(log, 300)
    assert log.first == 1
    log.acknowledged = 126
    _fill(log, 100)
    assert log.first == 1
    log.acknowledged = 300
    _fill(log, 120)
    assert log.first == 255
    assert log.read(254) is None
    assert log.read(255)
    assert await log.verify() is None
    log = _reboot(flash)
    assert (log.first, log.number) == (255, 520)
    assert await log.verify() is None


async def test_a_flash_that_is_nearly_full_is_told_and_nothing_is_lost():
    flash = _big(kb=128)
    mount(flash)
    log = _log(segments=2)
    try:
        _fill(log, 10_000)
    except OSError as error:
        assert error.errno == 28
    number = log.number
    assert number % _SEGMENT == 0
    assert number > 10 * _SEGMENT
    free = os.statvfs("/ram")
    assert free[0] * free[3] > 55000
    log = _reboot(flash)
    assert (log.number, log.first) == (number, 1)
    assert await log.verify() is None
    log = _log(segments=2)
    log.acknowledged = number
    log.append(_NOW, "purged", 1, "")
    assert log.number == number + 1


async def test_a_flash_that_refuses_once_and_writes_again():
    flash = _big()
    mount(flash)
    log = _log()
    _fill(log, 20)
    flash.broken = True
    for _ in range(2):
        try:
            log.append(_NOW, "ban", 0, "ars")
        except OSError:
            continue
        raise AssertionError("nothing was written, and nothing said so")
    flash.broken = False
    record = log.append(_NOW, "ban", 0, "ars")
    assert unpack(record).number == log.number
    assert await log.verify() is None
    assert _reboot(flash).number == log.number


def test_a_flash_that_is_gone_is_told():
    try:
        SanitaryLog("/nowhere/sanitary", _DEV_EUI)
    except OSError:
        return
    raise AssertionError("there is no flash, and nothing said so")


async def test_an_append_while_all_is_verified():
    mount(_big())
    log = _log()
    _fill(log, 300)
    task = asyncio.create_task(log.verify())
    while not task.done():
        await asyncio.sleep(0)
        _fill(log, 1)
    assert await task is None
    assert log.number > 300


async def test_numbers_that_are_gone_are_skipped_and_the_chain_goes_on_in_a_new_segment():
    flash = _big()
    mount(flash)
    log = _log()
    _fill(log, 5)
    log.skip(127)
    _fill(log, 3)
    assert (log.first, log.number, log.read(100)) == (1, 130, None)
    assert await log.verify() == 6
    assert await log.verify(127) is None
    log = _reboot(flash)
    assert (log.number, await log.verify(), await log.verify(129)) == (130, 6, None)
    log.skip(300)
    _fill(log, 1)
    assert log.number == 382


async def test_what_was_accepted_is_passed_over_and_what_came_after_is_not():
    flash = _big()
    mount(flash)
    _fill(_log(), 140)
    whole = _content(1)
    for place, number in ((8 + 4, 128), (8 + 32 * 5 + 4, 133)):
        changed = bytearray(whole)
        changed[place] ^= 0x04
        _replace(1, changed)
        log = _reboot(flash)
        for after in (0, 100, 127, number - 1):
            assert await log.verify(after) == number, after
        for after in (number, number + 1, 140):
            assert await log.verify(after) is None, after


async def test_a_segment_that_was_lost_does_not_keep_the_next_from_going():
    mount(_big())
    log = _log(segments=1)
    _fill(log, 300)
    os.remove(_path(0))
    log.acknowledged = 300
    _fill(log, 100)
    assert log.first == 255
