"""The gateway's configuration: one TOML file, read once at start."""

import tomllib
from pathlib import Path
from typing import Any

from msgspec import Struct

from corolle_gateway.config_keys import SECTIONS
from corolle_gateway.errors import ConfigError

_CHIRPSTACK = "chirpstack"  # the one section of which all or nothing is given


class GatewayConfig(Struct, frozen=True):
    """[gateway]: who it is, and where it keeps what must survive."""

    site: str
    name: str
    data_dir: Path


class LorawanConfig(Struct, frozen=True):
    """[lorawan]: where concentrators reach it, and the network it runs."""

    bind: str
    port: int
    net_id: int
    tx_power_dbm: int
    adr: bool
    adr_margin_db: int
    channels_hz: tuple[int, ...]
    rx1_hz: int | None
    rx2_hz: int
    rx1_delay_s: int
    rx1_dr_offset: int
    rx2_dr: int
    max_duty_cycle: int


class BleConfig(Struct, frozen=True):
    """[ble]: the Bluetooth adapter; None: the gateway has none."""

    adapter: str | None
    backend: str | None
    connections: int


class BrokerConfig(Struct, frozen=True):
    """[broker]: the city's MQTT broker; in [chirpstack] that of a network server."""

    host: str
    port: int
    tls: bool
    user: str | None
    password_file: Path | None
    ca: Path | None
    cert: Path | None
    key: Path | None
    protocol: str = "3.1.1"


class HomeAssistantConfig(Struct, frozen=True):
    """[home_assistant]: where it looks for what there is to be discovered; None: it is told nothing."""

    prefix: str | None
    language: str


class ChirpstackConfig(Struct, frozen=True):
    """[chirpstack]: the broker of a ChirpStack, and whose events there are for this gateway."""

    broker: BrokerConfig
    applications: tuple[str, ...]


class StoreConfig(Struct, frozen=True):
    """[store]: how much may be kept, and how long."""

    max_mb: int
    keep_days: int


class LogConfig(Struct, frozen=True):
    """[log]: how grave a line has to be, and how much of them is kept in files (0: none)."""

    level: str
    max_mb: int


class MetricsConfig(Struct, frozen=True):
    """[metrics]: where Prometheus may ask; no port: nowhere."""

    port: int | None
    bind: str


class ConsoleConfig(Struct, frozen=True):
    """[console]: the serial port for maintenance; None: there is none."""

    device: Path | None
    baud: int
    language: str
    idle_min: int


class AccountingConfig(Struct, frozen=True):
    """[accounting]: whose months, and what they are compared with; former_w by site, "" for all others."""

    time_zone: str
    former_w: dict[str, float]
    timer_l_day: float | None


class Config(Struct, frozen=True):
    """The whole file."""

    gateway: GatewayConfig
    lorawan: LorawanConfig
    chirpstack: ChirpstackConfig | None  # in place of `lorawan`
    ble: BleConfig
    broker: BrokerConfig
    home_assistant: HomeAssistantConfig
    store: StoreConfig
    console: ConsoleConfig
    units_file: Path
    clock_file: Path | None
    log: LogConfig
    metrics: MetricsConfig
    accounting: AccountingConfig

    @property
    def brokers(self) -> list[BrokerConfig]:
        """All to which there are connections."""
        return [self.broker, *([self.chirpstack.broker] if self.chirpstack else [])]


def load(path: Path) -> Config:
    """Read a configuration file. ConfigError names the file, the key and what is legal there.

    Relative paths in it are relative to the file's own folder.
    """
    values = _checked(path, _parsed(path))
    return Config(
        gateway=GatewayConfig(**values["gateway"]),
        lorawan=_lorawan(values["lorawan"]),
        chirpstack=_chirpstack(values["chirpstack"]),
        ble=BleConfig(**values["ble"]),
        broker=_broker(values["broker"]),
        home_assistant=HomeAssistantConfig(**values["home_assistant"]),
        store=StoreConfig(**values["store"]),
        console=ConsoleConfig(**values["console"]),
        units_file=values["units"]["file"],
        clock_file=values["clock"]["file"],
        log=LogConfig(**values["log"]),
        metrics=MetricsConfig(**values["metrics"]),
        accounting=AccountingConfig(**values["accounting"]),
    )


def _lorawan(values: dict[str, Any]) -> LorawanConfig:
    """People write MHz; what is read of it is in Hz."""
    return LorawanConfig(**{name.replace("_mhz", "_hz"): value for name, value in values.items()})


def _broker(values: dict[str, Any]) -> BrokerConfig:
    url = values.pop("url")
    return BrokerConfig(host=url.hostname, port=url.port, tls=url.tls, **values)


def _chirpstack(values: dict[str, Any] | None) -> ChirpstackConfig | None:
    if values is None:
        return None
    applications = values.pop("applications")
    return ChirpstackConfig(_broker(values), applications)


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error


def _checked(path: Path, given: dict[str, Any]) -> dict[str, Any]:
    _refuse_strangers(path, "", given, SECTIONS)
    if _CHIRPSTACK in given and "lorawan" in given:
        raise ConfigError(f"{path}: [lorawan] and [{_CHIRPSTACK}] are two ways to the units: leave one out")
    values: dict[str, Any] = {_CHIRPSTACK: None}
    for section, keys in SECTIONS.items():
        if section == _CHIRPSTACK and section not in given:
            continue
        table = given.get(section, {})
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: {section} must be a table, [{section}]")
        _refuse_strangers(path, f"{section}.", table, keys)
        values[section] = {name: key.value(path, f"{section}.{name}", table) for name, key in keys.items()}
    return values


def _refuse_strangers(path: Path, prefix: str, given: dict[str, Any], legal: dict[str, Any]) -> None:
    for name in given:
        if name not in legal:
            raise ConfigError(f"{path}: unknown key {prefix}{name}; legal here: {', '.join(legal)}")
