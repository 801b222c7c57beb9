"""gateway/asyncapi.yaml, to hold messages against: which channel a topic is of, and what may stand there."""

import json
import re
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator, FormatChecker

PATH = Path(__file__).parents[2] / "gateway" / "asyncapi.yaml"
_ENOUGH = 10  # of messages with the same fields on the same channel: a backlog has thousands

_formats = FormatChecker()


@_formats.checks("date-time", raises=ValueError)
def _is_a_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def document() -> dict[str, Any]:
    """The document as it stands."""
    return yaml.safe_load(PATH.read_text(encoding="utf-8"))


def found(reference: dict[str, str]) -> Any:
    """What a reference within the document leads to; KeyError when that is not there."""
    at: Any = document()
    for step in reference["$ref"].removeprefix("#/").split("/"):
        at = at[step]
    return at


def channel_of(topic: str) -> str | None:
    """The channel that a topic belongs to; None: it is not documented."""
    for name, address in _addresses():
        if address.fullmatch(topic):
            return name
    return None


def wrong(topic: str, body: Any) -> str:
    """What is wrong with a message; empty: nothing."""
    channel = channel_of(topic)
    if channel is None:
        return f"{topic}: not documented"
    complaints = []
    for name, validator in _validators(channel).items():
        error = next(validator.iter_errors(body), None)
        if error is None:
            return ""
        complaints.append(f"no {name}: {error.json_path} {error.message}")
    return f"{topic}: {'; '.join(complaints)} in {json.dumps(body)[:600]}"


def hold(messages: list[tuple[str, Any]]) -> None:
    """Messages that were published; AssertionError says what is not as documented."""
    seen: Counter[tuple[str | None, frozenset[str]]] = Counter()
    for topic, body in messages:
        kind = channel_of(topic), frozenset(body)
        seen[kind] += 1
        if seen[kind] <= _ENOUGH:
            assert not (complaint := wrong(topic, body)), complaint


@cache
def _addresses() -> list[tuple[str, re.Pattern[str]]]:
    """The longest constant part first, for a prefix may have any levels."""
    channels = document()["channels"]
    return [
        (name, re.compile(re.sub(r"\\?\{\w+\\?\}", "[^/]+", re.escape(each["address"]))))
        for name, each in channels.items()
    ]


@cache
def _validators(channel: str) -> dict[str, Draft7Validator]:
    """A validator for each message of a channel, by its name."""
    made = {}
    for name, message in document()["channels"][channel]["messages"].items():
        schema = {"$ref": found(message)["payload"]["$ref"], "components": document()["components"]}
        made[name] = Draft7Validator(schema, format_checker=_formats)
    return made
