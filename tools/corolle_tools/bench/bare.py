"""What the gateway is measured against: paho alone, and SQLite alone, each doing nothing else.

`python -m corolle_tools.bench.bare paho PORT TOPIC COUNT` and `... sqlite FILE COUNT` print the rate.
"""

import sqlite3
import sys
import time
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

_IN_FLIGHT = 20
_ROWS_A_COMMIT = 100
# As long as a lamp's report is when the gateway publishes it.
_BODY = (
    b'{"id":"lamp-00001-1-%d","unit":"lamp-00001","kind":"lamp","time":"2026-07-14T19:40:03.120Z","seq":153,'
    b'"level_pct":40,"reason":"override","power_w":17.2,"energy_wh":48210.4,"passages":9120,'
    b'"temperature_c":31.5,"faults":[],"presence":false,"radio":{"rssi_dbm":-101.0,"snr_db":4.5,"dr":3,'
    b'"freq_hz":868300000,"gateway_count":2}}'
)


def paho_rate(port: int, topic: str, count: int) -> float:
    """Publish at QoS 1 with 20 in flight in paho's own loop; from the first PUBLISH to the last PUBACK."""
    client = Client(CallbackAPIVersion.VERSION2, "bench-paho")
    client.max_inflight_messages_set(_IN_FLIGHT)
    sent = acknowledged = 0
    begun_s = 0.0

    def publish() -> None:
        nonlocal sent
        client.publish(topic, _BODY % sent, qos=1)
        sent += 1

    def connected(*_: Any) -> None:
        nonlocal begun_s
        begun_s = time.perf_counter()
        for _number in range(min(count, _IN_FLIGHT)):
            publish()

    def published(*_: Any) -> None:
        nonlocal acknowledged
        acknowledged += 1
        if sent < count:
            publish()

    client.on_connect, client.on_publish = connected, published
    client.connect("127.0.0.1", port)
    while acknowledged < count:
        client.loop()
    elapsed_s = time.perf_counter() - begun_s
    client.disconnect()
    return count / elapsed_s


def sqlite_rate(path: str, count: int) -> float:
    """Insert as many rows, 100 a commit, WAL and synchronous = FULL."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")
    begun_s = time.perf_counter()
    for first in range(0, count, _ROWS_A_COMMIT):
        rows = [(number, _BODY % number) for number in range(first, min(count, first + _ROWS_A_COMMIT))]
        db.execute("BEGIN")
        db.executemany("INSERT INTO messages VALUES (?, ?)", rows)
        db.execute("COMMIT")
    rate = count / (time.perf_counter() - begun_s)
    db.close()
    return rate


def main() -> None:
    """Measure what the command line says."""
    which, *given = sys.argv[1:]
    if which == "paho":
        port, topic, count = given
        print(paho_rate(int(port), topic, int(count)))
    else:
        path, count = given
        print(sqlite_rate(path, int(count)))


if __name__ == "__main__":
    main()
