"""The gateway's README names every cause, and its JSON is JSON."""

import json
import re
from pathlib import Path

from corolle.wire.commands import legal_values, verbs
from corolle_gateway.hub import orders, wishes
from corolle_gateway.model import Unit

_BEGUN_S = 1_784_058_000.0  # 2026-07-14T19:40:00Z
_GATEWAY = Path(__file__).parents[2] / "gateway"
_README = (_GATEWAY / "README.md").read_text()
_CAUSE = re.compile(r'(?:\breject(?:_many)?|\bRefused|\bOrderError)\(\s*"(\w+)"')
_COUNT = re.compile(r'\.count\("(\w+)"')


def _in_code(pattern: re.Pattern[str]) -> set[str]:
    return {name for path in _GATEWAY.rglob("*.py") for name in pattern.findall(path.read_text())}


def test_every_cause_and_counter_is_told():
    causes, counters = _in_code(_CAUSE), _in_code(_COUNT)
    assert {"bad_mic", "command_expired", "store_failed"} <= causes and "late_acks" in counters
    told = set(re.findall(r"`(\w+)`", _README))
    prefixes = ("payload_", "commands_", "ble_session_", "ble_answer_")
    assert not [name for name in causes | counters if name not in told and not name.startswith(prefixes)]


def test_every_cause_that_bluetooth_has_a_name_for_is_told():
    code = "".join(path.read_text() for path in (_GATEWAY / "corolle_gateway/links/ble").glob("*.py"))
    named = set(re.findall(r'"(ble_\w+)"', code)) - set(re.findall(r'\.(?:info|warning)\(\s*"(\w+)"', code))
    assert {"ble_in_progress", "ble_replayed", "ble_resets"} <= named
    told = set(re.findall(r"`(ble_\w+)(?:`|\.\.\.`)", _README))
    assert not named - told


def test_every_example_is_json():
    blocks = re.findall(r"^```json\n(.*?)^```", _README, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 13
    for block in blocks:
        json.loads(block)


def test_every_order_is_told_and_each_example_of_one_is_accepted():
    section = _README.partition("### Orders\n")[2].partition("### Orders to many")[0]
    told = set(re.findall(r"`([\w-]+)`", section))
    assert set(verbs()) <= told
    examples = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", section, re.M | re.S)]
    for example in examples:
        kind = "canopy" if legal_values("canopy", example["verb"]) else "lamp"
        unit = Unit(f"{kind}-1", kind, "quai", "02" * 8, "00" * 8, 43.6, 1.44, "A")
        assert orders.read(unit, json.dumps(example).encode(), _BEGUN_S).verb == example["verb"]
    assert {"level", "ban", "lab", "rain"} == {example["verb"] for example in examples}


def test_the_example_of_a_wish_is_accepted():
    example = _README.partition("### Settings")[2].partition("```json\n")[2].partition("```")[0].encode()
    assert orders.verb_of(example) == wishes.VERB
    assert wishes.read({"lamp"}, example).settings == {"base_pct": 20, "hold_s": 90}
