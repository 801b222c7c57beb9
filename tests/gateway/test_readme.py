"""The gateway's README names every cause, and its JSON is JSON."""

import json
import re
from pathlib import Path

_GATEWAY = Path(__file__).parents[2] / "gateway"
_README = (_GATEWAY / "README.md").read_text()
_CAUSE = re.compile(r'(?:\breject|\bRefused|\bOrderError)\(\s*"(\w+)"')
_COUNT = re.compile(r'\.count\("(\w+)"')


def _in_code(pattern: re.Pattern[str]) -> set[str]:
    return {name for path in _GATEWAY.rglob("*.py") for name in pattern.findall(path.read_text())}


def test_every_cause_and_counter_is_told():
    causes, counters = _in_code(_CAUSE), _in_code(_COUNT)
    assert {"bad_mic", "command_expired", "store_failed"} <= causes and "late_acks" in counters
    told = set(re.findall(r"`(\w+)`", _README))
    prefixes = ("payload_", "commands_")
    assert not [name for name in causes | counters if name not in told and not name.startswith(prefixes)]


def test_every_example_is_json():
    blocks = re.findall(r"^```json\n(.*?)^```", _README, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        json.loads(block)
