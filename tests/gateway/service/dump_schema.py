"""Keep a database of this version for the tests of later ones: schemas/N.sql, of a real gateway's short life.

Run it once where a release brings a new version of the schema, with the tests' folders on the path:

    PYTHONPATH=tests:tests/gateway .venv/bin/python tests/gateway/service/dump_schema.py
"""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from city_client import City
from gateway_street import Street, join
from mqtt_broker import Broker
from packet_forwarder import PacketForwarder
from radio_device import Device

_FOLDER = Path(__file__).parent / "schemas"


def main() -> None:
    """Live a short life, and dump what is left of it."""
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(Path(folder)).start()
        street = Street(Path(folder), broker.port)
        try:
            database = _lived(street, broker)
        finally:
            street.end()
            broker.stop()
        _dump(database)


def _lived(street: Street, broker: Broker) -> Path:
    """A lamp that obeyed, a canopy that reports, and a city that then is away."""
    lamp, canopy = Device("lamp-1"), Device("canopy-1", "canopy", 2)
    gateway = street.gateway(lamp, canopy)
    city, forwarder = street.city(gateway).ready(), street.forwarder(gateway)
    for device in (lamp, canopy):
        join(device, forwarder)
    _obey(lamp, city, forwarder)
    broker.stop()
    for number in range(3):
        assert forwarder.push(lamp.report(passages=number, energy_wh=100 + number))
        assert forwarder.push(canopy.report())
    assert gateway.stop() == 0
    return gateway.database


def _obey(lamp: Device, city: City, forwarder: PacketForwarder) -> None:
    city.order("lamp-1", id="obeyed", verb="level", value=40, for_s=600, author="ops")
    heard = forwarder.downlink(15)
    assert heard
    assert forwarder.push(lamp.ack(lamp.command(heard[1])["id"]))
    city.wait_ack("lamp-1", "obeyed", "acknowledged", 15)


def _dump(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        lines = [f"PRAGMA user_version = {version};", *db.iterdump()]
    path = _FOLDER / f"{version}.sql"
    path.write_text("\n".join(lines) + "\n")
    print(path)


if __name__ == "__main__":
    main()
