"""The machine: its clock, its time zone, its disk."""

import ctypes
import os
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from corolle_gateway.clock import SystemClock, is_set
from corolle_gateway.config import Config
from corolle_gateway.logs.folder import FOLDER_NAME
from corolle_gateway.model import iso_utc
from corolle_gateway.service.check.finding import Finding, bad, doubtful, good
from corolle_gateway.store.database import FILE_NAME

_UNSYNCHRONISED = 0x0040  # STA_UNSYNC, adjtimex(2)
_ZONE_LINK = Path("/etc/localtime")
_PROBE_NAME = "check.probe"
_PROBES = 5
_SLOW_MS, _MB, _LEAST_MB = 1000, 1_000_000, 50


class _Timex(ctypes.Structure):
    """The beginning of struct timex (adjtimex(2)); modes = 0 only reads."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        *((name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def clock() -> Finding:
    """Whether the time can be believed, and somebody keeps it right."""
    if not is_set(SystemClock()):
        return bad("clock", "clock_unset", now=iso_utc(time.time()))
    return good("clock", "clock_right") if _is_synchronised() else doubtful("clock", "clock_alone")


def zone() -> Finding:
    """In which time zone the machine's people live."""
    now = datetime.now().astimezone()
    name = os.environ.get("TZ") or _linked_zone() or now.tzname()
    if not now.utcoffset() and str(name).rpartition("/")[2] in ("UTC", "UCT", "Zulu", "Universal"):
        return doubtful("zone", "zone_utc")
    return good("zone", "zone_named", zone=name, offset=f"UTC{now:%z}")


def disk(settings: Config) -> Iterator[Finding]:
    """Whether it takes what is written, soon enough, and has room for what the configuration allows."""
    folder = settings.gateway.data_dir
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        write_ms = _write_ms(there)
        status = os.statvfs(there)
    except OSError as error:
        yield bad("disk", "disk_refuses", path=there, why=error.strerror)
        return
    free_mb = status.f_bavail * status.f_frsize // _MB
    wanted_mb = max(0, settings.store.max_mb + settings.log.max_mb - _used_mb(folder))
    if free_mb < _LEAST_MB:
        yield bad("disk", "disk_full", path=there, free_mb=free_mb)
    elif free_mb < wanted_mb:
        yield doubtful("disk", "disk_small", path=there, free_mb=free_mb, wanted_mb=wanted_mb)
    else:
        yield good("disk", "disk_good", path=there, free_mb=free_mb, write_ms=write_ms)
    if write_ms > _SLOW_MS:
        yield doubtful("disk", "disk_slow", path=there, write_ms=write_ms)


def _is_synchronised() -> bool:
    """As the kernel was told by whichever program keeps the time."""
    told = _Timex()
    ctypes.CDLL(None).adjtimex(ctypes.byref(told))
    return not told.status & _UNSYNCHRONISED


def _linked_zone() -> str | None:
    try:
        return str(_ZONE_LINK.readlink()).partition("zoneinfo/")[2] or None
    except OSError:
        return None


def _write_ms(folder: Path) -> int:
    """What a durable write of a page takes, the median of some. OSError."""
    probe = folder / _PROBE_NAME
    taken_s = []
    try:
        with open(probe, "wb", buffering=0, opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            for _ in range(_PROBES):
                begun_s = time.monotonic()
                file.write(bytes(4096))
                os.fsync(file.fileno())
                taken_s.append(time.monotonic() - begun_s)
    finally:
        probe.unlink(missing_ok=True)
    return round(statistics.median(taken_s) * 1000)


def _used_mb(folder: Path) -> int:
    files = [folder / FILE_NAME, folder / f"{FILE_NAME}-wal", *(folder / FOLDER_NAME).glob("*")]
    return sum(path.stat().st_size for path in files if path.is_file()) // _MB
