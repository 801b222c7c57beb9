"""A gateway is away while something happens in the street: the city is told once, and when it was."""

import os
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

from street_process import StreetProcess, is_event, is_report_of

_TILT = ("--break", "lamp-01:tilt:15m:2h")


def _is_tilt(record: dict[str, Any]) -> bool:
    return record["type"] == "event" and (record["event"], record.get("detail")) == ("fault raised", "tilt")


def _unix_s(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()


def test_an_event_while_the_gateway_is_away_arrives_once_with_its_own_time(tmp_path: Path):
    street = StreetProcess(
        tmp_path / "state", "--lamps", "1", "--canopies", "0", "--no-ble", "--speed", "60", *_TILT
    )
    street.wait_for(is_report_of("lamp-01"))
    gateway = street.gateway_pid()
    os.kill(gateway, signal.SIGSTOP)
    (tilted,) = street.wait_for(lambda record: is_event("fault")(record) and record.get("name") == "tilt")
    after = _unix_s(tilted["time"]) + 100
    street.wait_for(lambda record: is_event("unacknowledged")(record) and _unix_s(record["time"]) > after)
    assert not list(filter(_is_tilt, street.records))
    os.kill(gateway, signal.SIGCONT)
    (told, *_) = street.wait_for(_is_tilt)
    street.wait_for(lambda record: record.get("counters", {}).get("events_retold", 0) > 0)
    status, summary = street.end()
    assert (status, summary["joined"]) == (0, 1)
    assert len({record["id"] for record in filter(_is_tilt, street.records)}) == 1
    assert abs(_unix_s(told["time"]) - _unix_s(tilted["time"])) <= 2
    assert _unix_s(told["received"]) - _unix_s(told["time"]) > 100
