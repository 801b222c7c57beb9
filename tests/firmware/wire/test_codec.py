"""The schema's promises: sizes, exact bits, ranges, and refusals that say why."""

from corolle.wire import words
from corolle.wire.codec import FrameError, encode, legal_range, unpack
from corolle.wire.schema import ACK, CANOPY_REPORT, COMMAND, EVENT, LAMP_REPORT, MESSAGES, decode, message_for

_LAMP = {
    "seq": 7,
    "level_pct": 40,
    "reason": words.code_of(words.REASONS, "schedule"),
    "power_w": 18.3,
    "energy_wh": 1234.5,
    "passages": 99,
    "temperature_c": 31.5,
    "faults": 1 << words.code_of(words.LAMP_FAULTS, "clockUnknown"),
    "presence": 1,
}


def test_sizes_on_the_air():
    sizes = {message.name: (sum(field.bits for field in message.fields) + 7) // 8 for message in MESSAGES}
    assert sizes == {
        "lamp_report": 12,
        "lamp_service": 15,
        "canopy_service": 16,
        "canopy_report": 16,
        "event": 8,
        "command": 10,
        "ack": 6,
    }


def test_ports_are_distinct_and_of_applications():
    ports = [message.port for message in MESSAGES]
    assert sorted(set(ports)) == sorted(ports)
    assert all(1 <= port <= 223 for port in ports)
    assert message_for(99) is None


def test_lamp_report_bit_for_bit():
    # seq 07 | level 0101000 reason 010001 | power 183 | energy 12345 | passages 99 | temperature 143 | ...
    bits = "00000111010100001000100001011011100000000001100000011100100000110001110001111"
    bits += "0100000000001"
    bits += "0" * (-len(bits) % 8)
    expected = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    assert encode(LAMP_REPORT, _LAMP) == expected
    assert decode(10, expected) == (LAMP_REPORT, _LAMP)


def test_not_measured_is_all_ones_and_none():
    values = dict(_LAMP)
    del values["power_w"]
    values["temperature_c"] = None
    decoded = unpack(LAMP_REPORT, encode(LAMP_REPORT, values))
    assert decoded["power_w"] is None
    assert decoded["temperature_c"] is None


def test_counters_wrap():
    values = dict(_LAMP)
    values["seq"] = 256 + 3
    values["energy_wh"] = 1_677_721.5 + 5  # all ones are kept for "not measured"
    values["passages"] = 4096 * 3 + 1
    decoded = unpack(LAMP_REPORT, encode(LAMP_REPORT, values))
    assert (decoded["seq"], decoded["energy_wh"], decoded["passages"]) == (3, 5.0, 1)


def test_event_value_is_signed_and_time_is_whole_seconds():
    values = {"seq": 0, "code": 7, "value": -3600, "time_s": 4_102_444_800}
    assert unpack(EVENT, encode(EVENT, values)) == values


def test_command_with_author():
    values = {"id": 65535, "verb": 1, "value": 40, "until_s": 1_784_000_000, "author": "ops"}
    payload = encode(COMMAND, values)
    assert len(payload) == 13
    assert decode(30, payload) == (COMMAND, values)
    values["author"] = "twelve chars"
    assert len(encode(COMMAND, values)) == 22


def _refusal(message, values):
    try:
        encode(message, values)
    except ValueError as error:
        return str(error)
    return ""


def _changed(**changes):
    values = dict(_LAMP)
    values.update(changes)
    return values


def test_refusals_name_field_and_range():
    assert _refusal(LAMP_REPORT, _changed(level_pct=128)) == "level_pct = 128 is outside 0..127 %"
    assert _refusal(LAMP_REPORT, _changed(power_w=409.5)) == "power_w = 409.5 is outside 0.0..409.4 W"
    assert (
        _refusal(LAMP_REPORT, _changed(temperature_c=-41)) == "temperature_c = -41 is outside -40.0..87.0 Cel"
    )
    assert _refusal(LAMP_REPORT, _changed(reason=None)) == "reason is missing"
    assert _refusal(LAMP_REPORT, _changed(colour=1)) == "lamp_report has no field 'colour'"
    assert _refusal(LAMP_REPORT, _changed(power_w=float("inf"))).endswith("is not a finite number")
    assert _refusal(LAMP_REPORT, _changed(energy_wh=float("nan"))).endswith("is not a finite number")
    command = {"id": 1, "verb": 1, "value": 1, "until_s": 1, "author": "much too long a name"}
    assert "is not printable ASCII of at most 12" in _refusal(COMMAND, command)
    command["author"] = "tab\t"
    assert "is not printable ASCII of at most 12" in _refusal(COMMAND, command)


def test_clipped_readings_are_brought_to_the_end_of_their_range_and_counters_left_alone():
    values = {field.name: 0 for field in CANOPY_REPORT.fields}
    values |= {"battery_v": 4.2, "water_temperature_c": -10.5, "air_temperature_c": 71.0, "tank_pct": None}
    values["litres_total"] = 104_857.6 + 7
    given = dict(values)
    told = unpack(CANOPY_REPORT, encode(CANOPY_REPORT, values, True))
    assert (told["battery_v"], told["water_temperature_c"], told["air_temperature_c"]) == (9.0, -10.0, 62.2)
    assert told["tank_pct"] is None and told["litres_total"] == 7.0
    assert values == given
    assert "air_temperature_c = 71.0 is outside" in _refusal(CANOPY_REPORT, values)


def test_legal_range_leaves_the_mark_of_none():
    by_name = {field.name: field for field in CANOPY_REPORT.fields}
    assert legal_range(by_name["soil1_vwc_pct"]) == (0.0, 102.0)
    assert legal_range(by_name["litres_today"]) == (0.0, 409.5)
    assert legal_range(by_name["air_temperature_c"]) == (-40.0, 62.2)


def _cause(port, payload):
    try:
        decode(port, payload)
    except FrameError as error:
        return error.cause
    return None


def test_malformed_payloads_tell_their_cause():
    good = encode(LAMP_REPORT, _LAMP)
    assert _cause(9, good) == "unknown port"
    assert _cause(10, b"") == "length"
    assert _cause(10, good[:-1]) == "length"
    assert _cause(10, good + b"\0") == "length"
    assert _cause(10, good[:-1] + bytes((good[-1] | 1,))) == "padding"
    assert _cause(30, bytes(9) + b"\x0d" + bytes(13)) == "author"
    assert _cause(30, bytes(9) + b"\x01\x07") == "author"
    assert _cause(30, bytes(9) + b"\x02a") == "length"


def test_every_named_table_exists():
    for message in MESSAGES:
        for field in message.fields:
            assert not field.words or words.words(getattr(words, field.words))


def test_words_fit_the_fields_that_carry_them():
    for message, name in (
        (LAMP_REPORT, "reason"),
        (CANOPY_REPORT, "reason"),
        (ACK, "verdict"),
        (ACK, "reason"),
    ):
        field = next(field for field in message.fields if field.name == name)
        assert getattr(words, field.words).count("|") < 1 << field.bits
