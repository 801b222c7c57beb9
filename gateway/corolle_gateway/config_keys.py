"""Every key of the configuration file: its type, its legal values, what it is when absent."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from corolle.wire import eu868
from msgspec import Struct

from corolle_gateway.errors import ConfigError
from corolle_gateway.log import LEVELS
from corolle_gateway.months import DEFAULT_ZONE

_REQUIRED = object()
# A name is a level of MQTT topics: neither the separator nor a wildcard may stand in it.
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NAME_RULE = "1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit"
_IMPORT_PATTERN = re.compile(r"\w+(\.\w+)*:\w+")
_MOST_CHANNELS = eu868.MAX_CHANNELS - len(eu868.JOIN_CHANNELS_HZ)
_BANDS = [f"{first / 1e6:g} to {end / 1e6:g}" for first, end, _, _ in eu868.SUB_BANDS]
BAUDS = (9600, 19200, 38400, 57600, 115200, 230400)
LANGUAGES = ("fr", "en")
PROTOCOLS = ("3.1.1", "5")  # of MQTT
_TOPIC_PATTERN = re.compile(r"[^/+#\x00]+(/[^/+#\x00]+)*")
_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


class BrokerUrl(Struct, frozen=True):
    """Where the broker listens, and whether it speaks TLS."""

    hostname: str
    port: int
    tls: bool


class Key(Struct, frozen=True):
    """One key. `read` turns what TOML holds into its value, or raises ValueError or TypeError."""

    legal: str
    read: Callable[[Any, Path], Any]
    default: Any = _REQUIRED
    shown: bool = True  # whether an error may repeat what was given

    def value(self, path: Path, name: str, table: dict[str, Any]) -> Any:
        """The key's value in a table; ConfigError names it and its legal range."""
        given = table.get(name.rpartition(".")[2], self.default)
        if given is _REQUIRED:
            raise ConfigError(f"{path}: {name} is missing: must be {self.legal}")
        if given is None:
            return None
        try:
            return self.read(given, path)
        except (ValueError, TypeError) as error:
            wrong = f"{name} = {given!r}" if self.shown else name
            raise ConfigError(f"{path}: {wrong} is wrong: must be {self.legal}") from error


def _name(given: Any, _: Path) -> str:
    if not NAME_PATTERN.fullmatch(given):
        raise ValueError(given)
    return given


def _text(given: Any, _: Path) -> str:
    if not isinstance(given, str) or not given:
        raise ValueError(given)
    return given


def _topic(given: Any, _: Path) -> str:
    if not _TOPIC_PATTERN.fullmatch(given):
        raise ValueError(given)
    return given


def _path(given: Any, config: Path) -> Path:
    return config.parent / Path(_text(given, config)).expanduser()


def _whole(low: int, high: int) -> Callable[[Any, Path], int]:
    def read(given: Any, _: Path) -> int:
        if type(given) is not int or not low <= given <= high:
            raise ValueError(given)
        return given

    return read


def _one_of(legal: tuple[Any, ...]) -> Callable[[Any, Path], Any]:
    def read(given: Any, _: Path) -> Any:
        if given not in legal or isinstance(given, bool):
            raise ValueError(given)
        return given

    return read


def _flag(given: Any, _: Path) -> bool:
    if type(given) is not bool:
        raise ValueError(given)
    return given


def _url(given: Any, _: Path) -> BrokerUrl:
    parts = urlsplit(_text(given, _))
    default_port = _DEFAULT_PORTS.get(parts.scheme)
    if default_port is None or not parts.hostname or parts.username or parts.path not in ("", "/"):
        raise ValueError(given)
    return BrokerUrl(parts.hostname, parts.port or default_port, parts.scheme == "mqtts")


def _import(given: Any, _: Path) -> str:
    if not _IMPORT_PATTERN.fullmatch(given):
        raise ValueError(given)
    return given


def _hz(given: Any, _: Path) -> int:
    """A frequency in Hz; on the air it is told in steps of 100."""
    if type(given) not in (int, float):
        raise ValueError(given)
    hz = round(given * 1e6)
    if hz % 100 or eu868.sub_band(hz) is None:
        raise ValueError(given)
    return hz


def _channels(given: Any, path: Path) -> tuple[int, ...]:
    if not isinstance(given, list) or len(given) > _MOST_CHANNELS:
        raise ValueError(given)
    found = tuple(_hz(each, path) for each in given)
    if len({*found, *eu868.JOIN_CHANNELS_HZ}) < len(found) + len(eu868.JOIN_CHANNELS_HZ):
        raise ValueError(given)
    return found


def _uuids(given: Any, _: Path) -> tuple[str, ...]:
    if not isinstance(given, list) or not given:
        raise ValueError(given)
    return tuple(dict.fromkeys(str(UUID(_text(each, _))) for each in given))


def _zone(given: Any, _: Path) -> str:
    try:
        return ZoneInfo(_text(given, _)).key
    except ZoneInfoNotFoundError as error:
        raise ValueError(given) from error


def _number(legal: tuple[float, float]) -> Callable[[Any, Path], float]:
    def read(given: Any, _: Path) -> float:
        if type(given) not in (int, float) or not legal[0] <= given <= legal[1]:
            raise ValueError(given)
        return float(given)

    return read


def _by_site(legal: tuple[float, float]) -> Callable[[Any, Path], dict[str, float]]:
    """A number for all sites, or a table of numbers by site."""
    number = _number(legal)

    def read(given: Any, path: Path) -> dict[str, float]:
        if not isinstance(given, dict):
            return {"": number(given, path)}
        return {_name(site, path): number(value, path) for site, value in given.items()}

    return read


FORMER_W, TIMER_L_DAY = (1.0, 2000.0), (0.1, 10_000.0)
_FILE = "the path of a file"

_ON_AIR = f"a frequency of EU868 in MHz, a multiple of 0.0001: {', '.join(_BANDS)}"
# What units are told of their network (LoRaWAN 1.0.4, chapter 5; regional parameters RP002-1.0.4, 2.5).
_CHANNEL_KEYS: dict[str, Key] = {
    "channels_mhz": Key(
        f"a list of at most {_MOST_CHANNELS} different ones, none of 868.1, 868.3, 868.5, each {_ON_AIR}",
        _channels,
        [867.1, 867.3, 867.5, 867.7, 867.9],
    ),
    "rx1_mhz": Key(_ON_AIR, _hz, None),
    "rx1_delay_s": Key("a whole number from 1 to 15 (s)", _whole(1, 15), 1),
    "rx1_dr_offset": Key("a whole number from 0 to 5", _whole(0, 5), 0),
    "rx2_mhz": Key(_ON_AIR, _hz, eu868.RX2_FREQ_HZ / 1e6),
    "rx2_dr": Key("a whole number from 0 to 5", _whole(0, 5), 3),
    "max_duty_cycle": Key("a whole number from 0 to 15: all sub-bands together 1/2**n", _whole(0, 15), 0),
}


def _broker(section: str) -> dict[str, Key]:
    url = f"mqtt://HOST[:PORT] or mqtts://HOST[:PORT], the user in {section}.user"
    return {
        "url": Key(url, _url, shown=False),
        "user": Key("a user name", _text, None),
        "password_file": Key(_FILE, _path, None),
        "ca": Key(_FILE, _path, None),
        "cert": Key(_FILE, _path, None),
        "key": Key(_FILE, _path, None),
        "protocol": Key(f"one of {', '.join(PROTOCOLS)}, in quotes", _one_of(PROTOCOLS), PROTOCOLS[0]),
    }


SECTIONS: dict[str, dict[str, Key]] = {
    "gateway": {
        "site": Key(NAME_RULE, _name),
        "name": Key(NAME_RULE, _name),
        "data_dir": Key("the path of a folder", _path),
    },
    "lorawan": {
        "bind": Key("an address of this machine", _text, "127.0.0.1"),
        "port": Key("a whole number from 1 to 65535", _whole(1, 65535), 1700),
        # NetID 0 and 1 are free for private networks (LoRa Alliance, NetID allocation).
        "net_id": Key("a whole number from 0 to 16777215 (0xFFFFFF)", _whole(0, 0xFFFFFF), 0),
        "tx_power_dbm": Key("a whole number from 0 to 16 (dBm EIRP)", _whole(0, 16), 14),
        "adr": Key("true or false", _flag, True),
        "adr_margin_db": Key("a whole number from 0 to 30 (dB)", _whole(0, 30), 10),
        **_CHANNEL_KEYS,
    },
    "chirpstack": {
        "applications": Key("a list of at least one application's id, a UUID", _uuids),
        **_broker("chirpstack"),
    },
    "ble": {
        "adapter": Key("the name of a Bluetooth adapter, as in hci0", _text, None),
        "backend": Key("MODULE:CLASS", _import, None),
        # More than seven at a time no controller of a Raspberry Pi can hold.
        "connections": Key("a whole number from 1 to 7", _whole(1, 7), 3),
    },
    "broker": _broker("broker"),
    "home_assistant": {
        "prefix": Key("levels of a topic without wildcards, as in homeassistant", _topic, None),
        "language": Key(f"one of {', '.join(LANGUAGES)}", _one_of(LANGUAGES), LANGUAGES[0]),
    },
    "store": {
        "max_mb": Key("a whole number from 2 to 1000000 (megabytes)", _whole(2, 1_000_000), 1000),
        "keep_days": Key("a whole number from 1 to 3650 (days)", _whole(1, 3650), 30),
    },
    "units": {"file": Key(_FILE, _path)},
    "clock": {"file": Key(_FILE, _path, None)},
    "log": {
        "level": Key(f"one of {', '.join(LEVELS)}", _one_of(LEVELS), "info"),
        "max_mb": Key("a whole number from 0 to 10000 (megabytes)", _whole(0, 10_000), 20),
    },
    "console": {
        "device": Key("the path of a serial port, as in /dev/ttyGS0", _path, None),
        "baud": Key(f"one of {', '.join(map(str, BAUDS))}", _one_of(BAUDS), 115200),
        "language": Key(f"one of {', '.join(LANGUAGES)}", _one_of(LANGUAGES), LANGUAGES[0]),
        "idle_min": Key("a whole number from 1 to 240 (minutes)", _whole(1, 240), 30),
    },
    "metrics": {
        "port": Key("a whole number from 1 to 65535", _whole(1, 65535), None),
        "bind": Key("an address of this machine", _text, "127.0.0.1"),
    },
    "accounting": {
        "time_zone": Key("a time zone that this machine knows, as in Europe/Paris", _zone, DEFAULT_ZONE),
        "former_w": Key(
            "a number from 1 to 2000 (W), or such a number by site, as in { quai = 100 }",
            _by_site(FORMER_W),
            {},
        ),
        "timer_l_day": Key("a number from 0.1 to 10000 (litres a day)", _number(TIMER_L_DAY), None),
    },
}
