"""ESP32's `time` on the street's clock: epoch 2000, ticks that wrap at 2**30."""

import struct

import link
import ops
import utime

_PERIOD = 1 << 30
_UNIX_2000 = 946684800
_TICKS_AT_BIRTH_MS = _PERIOD - 60_000  # a minute before the wrap: whoever compares ticks wrongly, fails early

born_us = 0  # street time at the last reset
_rtc_ahead_us = None  # what the real-time clock shows less street time; None: it has to be asked


def ticks_ms():
    """Milliseconds since the reset, wrapped."""
    return ((link.now_us - born_us) // 1000 + _TICKS_AT_BIRTH_MS) % _PERIOD


def ticks_us():
    """Microseconds since the reset, wrapped."""
    return (link.now_us - born_us + _TICKS_AT_BIRTH_MS * 1000) % _PERIOD


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    """Ticks `delta` later; the interpreter's own wraps at 2**62, an ESP32's at 2**30."""
    return (ticks + delta) % _PERIOD


def ticks_diff(end, start):
    """How much later `end` is than `start`, in [-2**29, 2**29)."""
    return (end - start + _PERIOD // 2) % _PERIOD - _PERIOD // 2


def sleep_us(us):
    """Block; interrupts run meanwhile."""
    until_us = link.now_us + us
    while link.now_us < until_us:
        link.wait(until_us)


def sleep_ms(ms):
    """Block; interrupts run meanwhile."""
    sleep_us(ms * 1000)


def sleep(s):
    """Block; interrupts run meanwhile."""
    sleep_us(int(s * 1_000_000))


def forget_rtc():
    """The real-time clock was set."""
    global _rtc_ahead_us
    _rtc_ahead_us = None


link.handlers[ops.IRQ_RTC << 8] = forget_rtc


def _rtc_us():
    """Microseconds since 2000, by the real-time clock."""
    global _rtc_ahead_us
    if _rtc_ahead_us is None:
        _rtc_ahead_us = struct.unpack("<q", link.call(ops.RTC))[0] - link.now_us
    return link.now_us + _rtc_ahead_us


def time_ns():
    """Nanoseconds since 2000, by the real-time clock."""
    return _rtc_us() * 1000


def time():
    """Seconds since 2000, by the real-time clock."""
    return _rtc_us() // 1_000_000


def gmtime(seconds=None):
    """Broken-down UTC of seconds since 2000."""
    return utime.gmtime((time() if seconds is None else seconds) + _UNIX_2000)[:8]


localtime = gmtime  # the ESP32 knows no time zone


def mktime(parts):
    """Seconds since 2000 of a broken-down UTC."""
    days = _days_from_civil(parts[0], parts[1], parts[2])
    return days * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5]


def _days_from_civil(year, month, day):
    shifted = year - (month <= 2)
    month_from_march = (month + 9) % 12
    day_of_year = (153 * month_from_march + 2) // 5 + day - 1
    return shifted * 365 + shifted // 4 - shifted // 100 + shifted // 400 + day_of_year - 730425  # 2000-01-01
