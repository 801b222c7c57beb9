"""Datagrams of the Semtech UDP protocol: those its document shows, and those nobody should send."""

import asyncio
import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from corolle_gateway.clock import SystemClock
from corolle_gateway.counts import Counts
from corolle_gateway.links.lorawan import gwmp
from corolle_gateway.links.lorawan.endpoint import Endpoint
from corolle_gateway.links.lorawan.gwmp import Reception, Transmission
from corolle_gateway.links.lorawan.link import LorawanLink
from corolle_gateway.links.lorawan.refused import Refused
from corolle_gateway.links.lorawan.terms import Terms
from corolle_gateway.links.lorawan.upkeep import AdrRule
from corolle_gateway.log import Log
from corolle_gateway.model import Accepted, Arrival, Downlink, LinkStatus, Radio, Sent, Uplink
from corolle_gateway.store import database
from corolle_gateway.store.lorawan import LorawanMemory
from corolle_gateway.store.writer import Writer
from corolle_gateway.tasks import Tasks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MakeLink = Callable[[], tuple[Endpoint, Counts]]

_EUI = bytes.fromhex("AA555A0000000101")
_HEAD = b"\x02\x12\x34\x00" + _EUI
# PROTOCOL.TXT, chapter 4: "Exhaustive list of rxpk fields" gives these, one packet of each kind.
_FROM_THE_DOCUMENT = {
    "rxpk": [
        {
            "time": "2013-03-31T16:21:17.528002Z",
            "tmst": 3512348611,
            "chan": 2,
            "rfch": 0,
            "freq": 866.349812,
            "stat": 1,
            "modu": "LORA",
            "datr": "SF7BW125",
            "codr": "4/6",
            "rssi": -35,
            "lsnr": 5.1,
            "size": 32,
            "data": "-DS4CGaDCdG+48eJNM3Vai-zDpsR71Pn9CPA9uCON84",
        },
        {
            "time": "2013-03-31T16:21:17.530974Z",
            "tmst": 3512348514,
            "chan": 9,
            "rfch": 1,
            "freq": 869.1,
            "stat": 1,
            "modu": "FSK",
            "datr": 50000,
            "rssi": -75,
            "size": 16,
            "data": "VEVTVF9QQUNLRVRfMTIzNA==",
        },
        {
            "time": "2013-03-31T16:21:17.532038Z",
            "tmst": 3316387610,
            "chan": 0,
            "rfch": 0,
            "freq": 863.00981,
            "stat": 1,
            "modu": "LORA",
            "datr": "SF10BW125",
            "codr": "4/7",
            "rssi": -38,
            "lsnr": 5.5,
            "size": 32,
            "data": "ysgRl452xNLep9S1NTIg2lomKDxUgn3DJ7DE+b00Ass",
        },
    ]
}


def _rxpk(**changed: Any) -> dict[str, Any]:
    usual = {
        "tmst": 1,
        "freq": 868.1,
        "datr": "SF9BW125",
        "rssi": -90,
        "lsnr": 5.5,
        "data": "AQID",
        "size": 3,
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def _read(*packets: Any) -> list[Reception | Refused]:
    return gwmp.receptions(gwmp.parse(_HEAD + json.dumps({"rxpk": packets}).encode()))


def _causes(*packets: Any) -> list[str]:
    return [each.cause if isinstance(each, Refused) else "taken" for each in _read(*packets)]


def test_the_document_s_own_packets():
    """Its data is not padded, and not even of the alphabet it names; its FSK packet is no LoRaWAN of ours."""
    datagram = gwmp.parse(_HEAD + json.dumps(_FROM_THE_DOCUMENT).encode())
    assert (datagram.kind, datagram.token, datagram.gateway) == (0, b"\x12\x34", "aa555a0000000101")
    assert _causes(*_FROM_THE_DOCUMENT["rxpk"]) == ["bad_base64", "unknown_data_rate", "bad_base64"]
    padded = [dict(packet) for packet in _FROM_THE_DOCUMENT["rxpk"]]
    padded[2]["data"] += "="
    (taken,) = (each for each in _read(*padded) if isinstance(each, Reception))
    assert (taken.tmst, taken.dr, taken.rssi_dbm, taken.snr_db) == (3316387610, 2, -38, 5.5)
    assert taken.freq_hz == 863_009_800 and len(taken.phy) == 32


def test_acknowledgements():
    assert gwmp.acknowledgement(gwmp.parse(_HEAD)) == b"\x02\x12\x34\x01"
    assert gwmp.acknowledgement(gwmp.parse(b"\x02\x12\x34\x02" + _EUI)) == b"\x02\x12\x34\x04"


def test_a_downlink():
    made = gwmp.pull_resp(b"\x00\x07", Transmission(b"\x60\x01", 4_000_000, 869_525_000, 3, 14))
    assert made[:4] == b"\x02\x00\x07\x03"
    assert json.loads(made[4:])["txpk"] == {
        "tmst": 4_000_000,
        "freq": 869.525,
        "rfch": 0,
        "powe": 14,
        "modu": "LORA",
        "datr": "SF9BW125",
        "codr": "4/5",
        "ipol": True,
        "ncrc": True,
        "size": 2,
        "data": base64.b64encode(b"\x60\x01").decode(),
    }
    at_once = json.loads(gwmp.pull_resp(b"\x00\x08", Transmission(b"", None, 869_525_000, 0, 14))[4:])["txpk"]
    assert at_once["imme"] is True and "tmst" not in at_once


@pytest.mark.parametrize(
    ("packet", "cause"),
    [
        (_rxpk(), "taken"),
        (_rxpk(size=None, lsnr=None), "taken"),
        (_rxpk(data="AQI", size=2), "bad_base64"),
        (_rxpk(data="-_-_", size=3), "bad_base64"),
        (_rxpk(data="AQ==ID", size=3), "bad_base64"),
        (_rxpk(data="AQID\n"), "bad_base64"),
        (_rxpk(data="é"), "bad_base64"),
        (_rxpk(size=4), "bad_size"),
        (_rxpk(stat=-1), "crc_bad"),
        (_rxpk(stat=0), "crc_bad"),
        (_rxpk(datr="SF6BW125"), "unknown_data_rate"),
        (_rxpk(datr=50000), "unknown_data_rate"),
        (_rxpk(freq=2400.0), "unknown_frequency"),
        (_rxpk(tmst=None), "bad_rxpk"),
        (_rxpk(tmst=2**32), "bad_rxpk"),
        (_rxpk(tmst=-1), "bad_rxpk"),
        (_rxpk(rssi="loud"), "bad_rxpk"),
        (_rxpk(data=7), "bad_rxpk"),
        (_rxpk(rssi=-1e300), "bad_rxpk"),
        (7, "bad_rxpk"),
    ],
)
def test_a_packet_is_taken_or_refused_beside_good_ones(packet: Any, cause: str):
    assert _causes(_rxpk(), packet, _rxpk()) == ["taken", cause, "taken"]


@pytest.mark.parametrize(
    ("datagram", "cause"),
    [
        (b"", "too_short"),
        (b"\x02\x00\x00", "too_short"),
        (b"\x02\x00\x00\x00\x01", "too_short"),
        (b"\x01\x00\x00\x00" + _EUI, "bad_version"),
        (b"\x02\x00\x00\x03" + _EUI, "unknown_packet"),
        (b"\x02\x00\x00\xff" + _EUI, "unknown_packet"),
        (_HEAD, "bad_json"),
        (_HEAD + b"{", "bad_json"),
        (_HEAD + b"[]", "bad_json"),
        (_HEAD + b'{"rxpk": 7}', "bad_json"),
        (_HEAD + b'{"rxpk": [\xff]}', "bad_json"),
        (_HEAD + b'{"rxpk": ' + b"[" * 50_000, "bad_json"),
        (_HEAD + b'{"x": ' + b'{"x": ' * 8_000, "bad_json"),
        (b"\x02\x00\x00\x05" + _EUI, "unknown_tx_ack"),
        (b"\x02\x00\x00\x05" + _EUI + b"{", "bad_json"),
    ],
)
def test_a_malformed_datagram_is_counted(
    make_link: Callable[[], tuple[Endpoint, Counts]], datagram: bytes, cause: str
):
    async def scenario() -> dict[str, int]:
        endpoint, counts = make_link()
        endpoint.take([(datagram, ("127.0.0.1", 1))])
        return counts.rejected

    assert asyncio.run(scenario()) == {cause: 1}


class _Nobody:
    """Takes uplinks and has no downlinks."""

    def accept(self, arrivals: list[Arrival]) -> list[Accepted]:
        assert not arrivals, "no unit is registered"
        return []

    def settle(self, message_id: int, radio: Radio) -> None:
        """Nothing was accepted."""

    def tell_status(self, heard: Uplink, status: LinkStatus) -> None:
        raise AssertionError("no unit is registered")

    def waiting(self, unit: str) -> int:
        return 0

    def next_downlink(self, unit: str, room: int) -> Downlink | None:
        return None

    def sent(self, downlink: Downlink, outcome: Sent) -> None:
        """Nothing is sent."""

    def heard(self, downlink: Downlink) -> None:
        """Nor heard."""


@pytest.fixture
def make_link(tmp_path: Path) -> MakeLink:
    """The whole LoRaWAN link on a real store, without a socket; to be made in a running event loop."""

    def make() -> tuple[Endpoint, Counts]:
        clock = SystemClock()
        log = Log(clock.now, "error", sys.stderr)
        counts = Counts(log)
        writer = Writer(database.connect(tmp_path), counts)
        memory = LorawanMemory(writer)
        tasks = Tasks(log, counts)
        link = LorawanLink(clock, log, counts, tasks, memory, _Nobody(), 0, 14, AdrRule(), Terms())
        return link.endpoint, counts

    return make


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "tmst": st.integers(0, 2**32) | _JSON,
        "freq": st.sampled_from([868.1, 867.5]) | _JSON,
        "datr": st.sampled_from(["SF7BW125", "SF12BW125"]) | _JSON,
        "rssi": st.integers(-140, 0) | _JSON,
        "lsnr": st.floats(-20, 12) | _JSON,
        "stat": st.sampled_from([1, 0, -1]) | _JSON,
        "size": st.integers(-1, 300) | _JSON,
        "data": st.binary(max_size=64).map(lambda raw: base64.b64encode(raw).decode()) | st.text() | _JSON,
        "tmms": st.integers() | _JSON,
    },
)
_GOOD_FIELDS = st.binary(max_size=64).map(
    lambda raw: _rxpk(data=base64.b64encode(raw).decode(), size=len(raw))
)
_BODIES = (
    st.fixed_dictionaries({"rxpk": st.lists(_FIELDS | _GOOD_FIELDS | _JSON, max_size=4)})
    | st.fixed_dictionaries({"txpk_ack": _JSON})
    | _JSON
).map(lambda body: json.dumps(body).encode())
_DATAGRAMS = st.binary(max_size=80) | st.builds(
    lambda kind, body: b"\x02\x00\x01" + bytes((kind,)) + _EUI + body,
    st.sampled_from([0, 2, 5]) | st.integers(0, 255),
    _BODIES | st.binary(max_size=80),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_DATAGRAMS, min_size=20, max_size=40))
def test_no_datagram_raises_and_none_goes_uncounted(make_link: MakeLink, datagrams: list[bytes]):
    async def scenario() -> None:
        endpoint, counts = make_link()
        for datagram in datagrams:
            before = sum(counts.rejected.values()) + counts.done.get("duplicates", 0)
            endpoint.take([(datagram, ("127.0.0.1", 1))])
            after = sum(counts.rejected.values()) + counts.done.get("duplicates", 0)
            assert after - before >= _refusable(datagram)

    asyncio.run(scenario())


def _refusable(datagram: bytes) -> int:
    """How many frames a datagram brings; no unit is registered, so that each has to be refused."""
    try:
        parsed = gwmp.parse(datagram)
        return len(gwmp.receptions(parsed)) if parsed.kind == gwmp.PUSH_DATA else 0
    except Refused:
        return 1
