"""Memory banks of a control gear: locations as in IEC 62386-251, -252 and -253."""

import asyncio

from corolle.drivers.chip import ChipError
from corolle.drivers.dali_memory import DaliMemory
from dali_bench import at, make_gear


async def test_energy_is_latched_and_then_read():
    """Bank 202: energy at 0x04 (scale) and 0x05-0x0A, power at 0x0B (scale) and 0x0C-0x0F."""
    bank = at(0x04, 0xFF, 0, 0, 0, 0x01, 0xE2, 0x40) | at(0x0B, 0xFE, 0, 0, 0x0F, 0xA1)
    gear, bus, _ = make_gear(4, banks={202: bank})
    assert await DaliMemory(gear).energy() == (40.01, 123456)  # 123456 x 0.1 Wh, 4001 x 0.01 W
    # DTR1, DTR0, ENABLE WRITE MEMORY twice, WRITE MEMORY LOCATION - NO REPLY; READ MEMORY LOCATION is 0xC5.
    assert bus.frames[:5] == [(0xC3, 202), (0xA3, 0x02), (9, 0x81, 2), (0xC9, 0xAA), (0xA3, 0x04)]
    assert bus.frames[5:] == [(9, 0xC5)] * 7 + [(0xA3, 0x0B)] + [(9, 0xC5)] * 5


async def test_scales_of_energy():
    """A power of ten from -6 to 6, two's complement; the energy has 48 bits."""
    for scale, raw, dwh in ((0x00, 7, 70), (0x02, 7, 7000), (0xFA, 12_345_678, 123), (0xFF, 2**40, 2**40)):
        bank = at(0x04, scale, *raw.to_bytes(6, "big")) | at(0x0B, 1, 0, 0, 0, 2)
        gear, _, _ = make_gear(banks={202: bank})
        assert await DaliMemory(gear).energy() == (20.0, dwh)
    gear, _, _ = make_gear(banks={202: bank | {0x04: 0x80}})
    try:
        await DaliMemory(gear).energy()
    except ChipError as error:
        assert "10 ** -128" in str(error)
    else:
        raise AssertionError("taken")


async def test_values_that_are_not_there_at_the_moment():
    """TMASK is the highest value but one, MASK the highest."""
    for last in (0xFE, 0xFF):
        bank = at(0x04, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, last) | at(0x0B, 0, 0xFF, 0xFF, 0xFF, last)
        gear, _, _ = make_gear(banks={202: bank})
        assert await DaliMemory(gear).energy() == (None, None)
    bank = at(0x04, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFD) | at(0x0B, 0, 0xFF, 0xFF, 0xFF, 0xFD)
    gear, _, _ = make_gear(banks={202: bank})
    assert await DaliMemory(gear).energy() == (0xFFFFFFFD, 0xFFFFFFFFFFFD * 10)


async def test_the_light_source():
    """Bank 206: starts at 0x07 (3 bytes), seconds of light at 0x0E (4 bytes), overall failure at 0x16."""
    bank = at(0x07, 0x01, 0x02, 0x03) | at(0x0E, 0x00, 0xE1, 0x33, 0x80) | {0x16: 0}
    gear, _, _ = make_gear(banks={206: bank})
    assert await DaliMemory(gear).light_source() == (0x010203, 0x00E13380, False)
    gear, _, _ = make_gear(banks={206: bank | {0x16: 1}})
    assert (await DaliMemory(gear).light_source())[2] is True
    gear, _, _ = make_gear(banks={206: bank | {0x16: 0xFE}})
    assert (await DaliMemory(gear).light_source())[2] is None


async def test_temperature_and_nominal_power():
    """Bank 205, 0x1B: degrees from -60 C on. Bank 1, 0x15: watts."""
    gear, bus, _ = make_gear(banks={205: {0x1B: 101}, 1: at(0x15, 0x00, 0x28)})
    memory = DaliMemory(gear)
    assert await memory.temperature_c() == 41
    bus.frames.clear()
    assert await memory.nominal_w() == 40
    assert bus.frames == [(0xC3, 1), (0xA3, 0x15), (0xFF, 0xC5), (0xFF, 0xC5)]  # it stands still by itself
    bus.banks = {205: {0x1B: 0}, 1: at(0x15, 0xFF, 0xFF)}
    assert await memory.temperature_c() == -60
    assert await memory.nominal_w() is None


async def test_a_gear_without_memory_banks():
    gear, _, _ = make_gear()
    memory = DaliMemory(gear)
    assert await memory.energy() == (None, None)
    assert await memory.light_source() == (None, None, None)
    assert await memory.temperature_c() is None
    assert await memory.nominal_w() is None


async def test_an_order_in_the_middle_of_a_reading_makes_it_begin_again():
    bank = at(0x04, 0, 0, 0, 0, 0, 0, 42) | at(0x0B, 0, 0, 0, 0, 30)
    gear, bus, _ = make_gear(banks={202: bank})

    async def passer_by():
        await asyncio.sleep_ms(200)
        gear.start(100, 4000)  # leaves its fade code in DTR0

    task = asyncio.create_task(passer_by())
    assert await DaliMemory(gear).energy() == (30.0, 420)
    await task
    assert bus.frames.count((0xC9, 0xAA)) == 2


async def test_orders_without_end_do_not_let_it_read():
    gear, bus, _ = make_gear(banks={205: {0x1B: 101}})
    begun = []

    def disturb():
        if bus.frames and bus.frames[-1] == (0xA3, 0x1B) and len(begun) < 99:
            begun.append(1)
            gear.orders += 1

    bus.on_frame = disturb
    try:
        await DaliMemory(gear).temperature_c()
    except ChipError as error:
        assert "205" in str(error) and len(begun) < 10
    else:
        raise AssertionError("read")
