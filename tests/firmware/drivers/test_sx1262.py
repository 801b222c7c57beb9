"""The SX1262 driver, byte for byte against the SX1261/2 datasheet rev. 2.1 (chapter in each test)."""

import asyncio
import time

from corolle.drivers.sx1262 import SX1262, RadioError
from sx1262_bench import Bench

_TX_DONE, _RX_DONE, _HEADER_ERROR, _CRC_ERROR, _TIMEOUT = 1, 2, 0x20, 0x40, 0x200


def _radio(bench, **settings):
    return SX1262(bench, bench.cs, busy=bench.busy, dio1=bench.dio1, reset=bench.reset, **settings)


def _started(**settings):
    bench = Bench()
    radio = _radio(bench, **settings)
    bench.sent.clear()
    return bench, radio


def _hex(transactions):
    return [data.hex() for data in transactions]


async def _refusal(awaitable):
    try:
        await awaitable
    except (ValueError, OSError) as error:
        return str(error)
    return "nothing was refused"


def test_start_with_tcxo_9_2_1_and_13_3_6():
    bench = Bench()
    _radio(bench, tcxo_mv=1800)
    assert bench.reset.levels == [1, 0, 1]
    assert _hex(bench.sent) == [
        "8000",  # SetStandby(STDBY_RC), 13.1.2
        "1d07400000",  # ReadRegister, 13.2.2: address, NOP for the status, NOP for the byte
        "1d07410000",
        "9702000140",  # SetDIO3AsTcxoCtrl, 13.3.6: 1.8 V, 320 steps of 15.625 us = 5 ms
        "070000",  # ClearDeviceErrors, 13.6.2
        "897f",  # Calibrate all blocks, 13.1.12
        "9601",  # SetRegulatorMode: DC-DC, 13.1.11
        "98d7db",  # CalibrateImage 863-870 MHz, 13.1.13
        "17000000",  # GetDeviceErrors, 13.6.1
        "9d01",  # SetDIO2AsRfSwitchCtrl, 13.3.5
        "8a01",  # SetPacketType LoRa, 13.4.2
        "8f0000",  # SetBufferBaseAddress, 13.4.8
        "0d07403444",  # sync word of a public network, table 12-1
        "1d08d80000",
        "0d08d8de",  # TX clamp, 15.2: 0xC8 | 0x1E
        "9504070001",  # SetPaConfig: SX1262, +22 dBm, table 13-21
        "080263020300000000",  # SetDioIrqParams, 13.3.1
    ]


def test_start_with_a_crystal_leaves_dio3_alone():
    bench = Bench()
    _radio(bench)
    assert not bench.commands(0x97, 0x07, 0x89)


def test_a_tcxo_voltage_the_chip_does_not_have_is_refused():
    try:
        _radio(Bench(), tcxo_mv=5000)
    except ValueError as error:
        assert "1600, 1700, 1800" in str(error)
    else:
        raise AssertionError("taken")


def _start_failure(bench, **settings):
    try:
        _radio(bench, **settings)
    except RadioError as error:
        return str(error)
    return "started"


def test_no_chip_is_told_at_construction():
    for floating in (0x00, 0xFF):
        bench = Bench()
        bench.registers.update({0x0740: floating, 0x0741: floating})
        assert _start_failure(bench).startswith("SX1262 not found (sync word 0x")


def test_device_errors_after_calibration_are_told():
    bench = Bench()
    bench.errors = 0x0020  # XOSC_START_ERR, table 13-85
    assert "device errors 0x0020" in _start_failure(bench, tcxo_mv=1800)


def test_busy_that_never_falls_is_told_and_not_waited_for():
    bench = Bench()
    bench.busy.stuck = True
    begun = time.ticks_ms()
    assert "BUSY high" in _start_failure(bench)
    assert time.ticks_diff(time.ticks_ms(), begun) < 200
    assert bench.cs.level == 1


def test_commands_wait_for_busy_8_3_1():
    bench = Bench()
    bench.busy_us = 3000  # the bench refuses a transaction while BUSY
    begun = time.ticks_ms()
    _radio(bench, tcxo_mv=1800)
    assert time.ticks_diff(time.ticks_ms(), begun) >= 16 * 3


async def test_transmit_14_2():
    bench, radio = _started()
    bench.outcomes.append((60, _TX_DONE, True))
    payload = bytes(range(24))
    begun = time.ticks_ms()
    end = await radio.transmit(payload, 868_100_000, 7, 125_000, 14)
    assert 60 <= time.ticks_diff(end, begun) <= 61
    assert _hex(bench.sent) == [
        "8000",
        "8636419999",  # SetRfFrequency, 13.4.1: 868.1 MHz * 2**25 / 32 MHz
        "8b07040100",  # SetModulationParams, 13.4.5: SF7, 125 kHz, CR 4/5, no LDRO
        "8c000800180100",  # SetPacketParams, 13.4.6: preamble 8, explicit, 24 bytes, CRC, standard IQ
        "1d07360000",
        "0d07360d",  # bit 2 set for standard IQ, 15.4
        "1d08890000",
        "0d088905",  # bit 2 set below 500 kHz, 15.1
        "8e0e04",  # SetTxParams, 13.4.4: +14 dBm, ramp 200 us
        "0e00" + payload.hex(),  # WriteBuffer, 13.2.3
        "0203ff",  # ClearIrqStatus, 13.3.4
        "83001940",  # SetTx, 13.1.4: (61 + 40) ms * 64 steps
        "12000000",  # GetIrqStatus, 13.3.3
        "020001",
    ]


async def test_negative_power_and_500_khz():
    bench, radio = _started()
    bench.outcomes.append((5, _TX_DONE, True))
    await radio.transmit(b"x", 869_525_000, 7, 500_000, -9)
    assert _hex(bench.commands(0x8E)) == ["8ef704"]
    assert _hex(bench.commands(0x8B)) == ["8b07060100"]
    assert bench.registers[0x0889] & 0x04 == 0


async def test_low_data_rate_at_sf11_and_sf12():
    bench, radio = _started()
    bench.outcomes += [(10, _TX_DONE, True), (10, _TX_DONE, True)]
    await radio.transmit(b"x", 868_100_000, 10, 125_000, 14)
    await radio.transmit(b"x", 868_100_000, 11, 125_000, 14)
    assert _hex(bench.commands(0x8B)) == ["8b0a040100", "8b0b040101"]


async def test_receive_waits_until_its_window_and_hears_a_downlink():
    bench, radio = _started(tcxo_mv=1800)
    bench.outcomes.append((40, _RX_DONE, True))
    bench.frame, bench.frame_offset = b"\x60abc", 0x80
    bench.packet_status = bytes((180, 0xF1, 190))  # RSSI -90 dBm, SNR -15/4 dB, 13.5.3
    window = time.ticks_add(time.ticks_ms(), 500)
    received = await radio.receive(869_525_000, 12, 125_000, 600, start_tick=window)
    assert received
    assert received.payload == b"\x60abc"
    assert (received.rssi_dbm, received.snr_db) == (-90, -4)
    assert 0 <= time.ticks_diff(received.tick_ms, window) - (40 - 5) <= 1  # 5 ms early, for the TCXO
    assert _hex(bench.sent) == [
        "8000",
        "8636586666",  # 869.525 MHz
        "8b0c040101",
        "8c000800ff0001",  # 255 bytes at most, the header says more; inverted IQ
        "1d07360000",
        "0d073609",  # bit 2 clear for inverted IQ, 15.4
        "0d08ac96",  # boosted gain, 9.6
        "0203ff",
        "82009600",  # SetRx, 13.1.5: 600 ms * 64
        "12000000",
        "020002",
        "13000000",  # GetRxBufferStatus, 13.5.2
        "1e800000000000",  # ReadBuffer, 13.2.4: offset, NOP for the status, four bytes
        "1400000000",  # GetPacketStatus, 13.5.3
    ]


async def test_window_without_a_downlink():
    bench, radio = _started()
    bench.outcomes.append((100, _TIMEOUT, True))
    assert await radio.receive(868_100_000, 7, 125_000, 100) is None
    assert radio.counts == {"bad crc": 0, "bad header": 0, "late irq": 0}


async def test_wrong_crc_is_dropped_and_counted():
    bench, radio = _started()
    bench.outcomes.append((30, _RX_DONE | _CRC_ERROR | _HEADER_ERROR, True))
    bench.frame = b"garbled"
    assert await radio.receive(868_100_000, 7, 125_000, 100) is None
    assert (radio.counts["bad crc"], radio.counts["bad header"]) == (1, 1)
    assert not bench.commands(0x1E)


async def test_lost_interrupt_is_a_delay_and_not_a_hang():
    bench, radio = _started()
    bench.outcomes.append((60, _TX_DONE, False))
    begun = time.ticks_ms()
    end = await radio.transmit(bytes(24), 868_100_000, 7, 125_000, 14)
    assert time.ticks_diff(end, begun) == 61  # 61.7 ms on air, computed
    assert time.ticks_diff(time.ticks_ms(), begun) < 100
    assert radio.counts["late irq"] == 1


async def test_long_frame_may_outlast_the_window():
    bench, radio = _started()
    bench.outcomes.append((1000, _RX_DONE, True))
    bench.frame = b"late"
    received = await radio.receive(868_100_000, 9, 125_000, 100)
    assert received
    assert received.payload == b"late"


async def test_a_chip_that_never_ends_is_told():
    _, radio = _started()
    assert "no TxDone" in await _refusal(radio.transmit(b"x", 868_100_000, 7, 125_000, 14))
    assert "no end of reception" in await _refusal(radio.receive(868_100_000, 7, 125_000, 100))


async def test_a_chip_that_went_away_is_told():
    bench, radio = _started()
    radio.listen(869_525_000, 9, 125_000)
    bench.mode = 0
    bench._answer = lambda data: b"\x00" * len(data)
    assert "does not answer" in await _refusal(radio.heard(100))


async def test_continuous_reception():
    bench, radio = _started()
    radio.listen(869_525_000, 9, 125_000)
    assert _hex(bench.commands(0x82)) == ["82ffffff"]  # 13.1.5: continuous
    bench.frame = b"one"
    bench.after(1000, _RX_DONE, True)
    begun = time.ticks_ms()
    received = await radio.heard(60_000)
    assert received
    assert received.payload == b"one"
    assert 1000 <= time.ticks_diff(received.tick_ms, begun) <= 1001
    assert await radio.heard(500) is None
    bench.frame = b"two"
    bench.raise_interrupt(_RX_DONE, on_dio1=False)
    received = await radio.heard(500)
    assert received and received.payload == b"two"
    assert radio.counts["late irq"] == 1


async def test_wake_ends_the_wait():
    _, radio = _started()
    radio.listen(869_525_000, 9, 125_000)
    begun = time.ticks_ms()
    radio.wake()
    assert await radio.heard(60_000) is None
    assert time.ticks_diff(time.ticks_ms(), begun) < 10
    assert await radio.pause(50) is False


async def test_wake_does_not_disturb_a_transmission():
    bench, radio = _started()
    bench.outcomes.append((60, _TX_DONE, True))
    task = asyncio.create_task(radio.transmit(bytes(24), 868_100_000, 7, 125_000, 14))
    begun = time.ticks_ms()
    await asyncio.sleep_ms(10)
    radio.wake()
    end = await task
    assert 60 <= time.ticks_diff(end, begun) <= 61


async def test_a_chip_that_was_reset_behind_our_back_is_told():
    bench, radio = _started()
    radio.listen(869_525_000, 9, 125_000)
    bench.mode = 2
    assert "in mode 2, not receiving" in await _refusal(radio.heard(1000))


async def test_sleep_keeps_the_configuration_and_nss_wakes_9_3():
    bench, radio = _started()
    radio.sleep()
    assert _hex(bench.sent) == ["8000", "8404"]  # SetSleep, 13.1.1: warm start
    bench.cs.levels.clear()
    radio.listen(869_525_000, 9, 125_000)
    assert bench.cs.levels[:4] == [0, 1, 0, 1]


async def test_what_the_chip_cannot_do_is_refused():
    _, radio = _started()
    for arguments in (
        (b"", 868_100_000, 7, 125_000, 14),
        (bytes(256), 868_100_000, 7, 125_000, 14),
        (b"x", 915_000_000, 7, 125_000, 14),
        (b"x", 868_100_000, 13, 125_000, 14),
        (b"x", 868_100_000, 7, 125_000, 23),
    ):
        assert "outside" in await _refusal(radio.transmit(*arguments)), arguments[1:]
