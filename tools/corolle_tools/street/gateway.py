"""The gateway beside the street: its configuration, and how it is called."""

import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corolle_gateway.console.users import Users

from corolle_tools.broker_url import BrokerUrl
from corolle_tools.private_file import open_private
from corolle_tools.street.plan import SITE

NAME = "gw-1"
CREW = "crew"
_PASSWORD_BYTES = 5


@dataclass(frozen=True)
class GatewayPlaces:
    """What the gateway of a street is told."""

    folder: Path
    udp_port: int
    broker: BrokerUrl
    units: Path
    clock: Path
    adapter: Path | None  # of Bluetooth
    console: Path  # a serial port


def write_configuration(places: GatewayPlaces) -> Path:
    """Write the gateway's TOML file; a broker's password goes into a file of its own."""
    sections = {
        "gateway": {"site": SITE, "name": NAME, "data_dir": str(places.folder / "gateway")},
        "lorawan": {"bind": "127.0.0.1", "port": places.udp_port},
        "broker": {"url": str(places.broker), **_credentials(places)},
        "console": {"device": str(places.console), "language": "en"},
        "units": {"file": str(places.units)},
        "clock": {"file": str(places.clock)},
        "log": {"level": "info"},
    }
    path = places.folder / "gateway.toml"
    told = [_section(name, keys) for name, keys in sections.items()]
    path.write_text("\n".join(told + _bluetooth(places.adapter)))
    return path


def let_in(places: GatewayPlaces) -> str:
    """Let a crew log in at its console; the password, made anew for each run."""
    folder = places.folder / "gateway"
    folder.mkdir(mode=0o700, exist_ok=True)
    password = secrets.token_hex(_PASSWORD_BYTES)
    Users(folder).put(CREW, password)
    with open_private(places.folder / "console-password") as file:
        file.write(password)
    return password


def command(configuration: Path) -> list[str]:
    """The command line that runs it, as a service would."""
    return [str(Path(sys.executable).parent / "corolle-gateway"), "run", "--config", str(configuration)]


def _bluetooth(adapter: Path | None) -> list[str]:
    if adapter is None:
        return []
    # Bumble takes half a second to import: only a street that has BLE waits for it.
    from corolle_hil.ble.bleak_backend import adapter_lines

    return [adapter_lines(adapter)]


def _credentials(places: GatewayPlaces) -> dict[str, str]:
    broker = places.broker
    if broker.user is None:
        return {}
    if broker.password is None:
        return {"user": broker.user}
    path = places.folder / "broker-password"
    with open_private(path) as file:
        file.write(broker.password)
    return {"user": broker.user, "password_file": str(path)}


def _section(name: str, keys: Mapping[str, object]) -> str:
    # A JSON string is a TOML basic string, and numbers look the same in both.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
    return "\n".join([f"[{name}]", *lines, ""])
