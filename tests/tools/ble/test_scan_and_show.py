"""Who is in range, and what one of them says of itself."""

from ble_site import ADDRESS, Site, objects
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData


def test_scan_lists_units_loudest_first_with_what_they_measure(site: Site):
    site.post("lamp-02", rssi_dbm=-80)
    site.post("lamp-01", rssi_dbm=-50)
    ended = site("scan")
    assert ended.status == 0
    lines = [line.split() for line in ended.out.splitlines()]
    assert lines[0] == ["unit", "kind", "dBm", "battery", "firmware", "readings"]
    assert [line[:6] for line in lines[1:3]] == [
        ["lamp-01", "lamp", "-50", "80", "%", "0.2.1"],
        ["lamp-02", "lamp", "-80", "80", "%", "0.2.1"],
    ]
    assert "temperature 21.5 Cel, power 17.2 W" in ended.out


def test_a_unit_whose_key_is_not_here_is_seen_and_not_read(site: Site):
    site.write_keys("lamp-02")
    site.post("lamp-01")
    site.post("lamp-02", rssi_dbm=-70)
    unknown, known = objects(site("scan", "--json").out)
    assert unknown["unit"] is unknown["readings"] is unknown["kind"] is None
    assert unknown["address"] == ADDRESS.format(0)
    assert known["unit"] == "lamp-02" and known["readings"]["temperature"] == 21.5
    assert "key unknown" in site("scan").out
    assert "key unknown" in site("scan", keys=False).out


def test_other_people_s_adverts_are_no_units(site: Site):
    advert = AdvertisementData("tv", {6: b"x"}, {}, [], None, -40, ())
    clear = AdvertisementData(
        None, {}, {"0000fcd2-0000-1000-8000-00805f9b34fb": b"\x40\x02\x01"}, [], None, -40, ()
    )
    site.air.others = [(BLEDevice("AA:AA:AA:AA:AA:AA", "tv", None), advert)]
    site.air.others += [(BLEDevice("AA:AA:AA:AA:AA:AB", "sensor", None), clear)]
    ended = site("scan")
    assert ended.status == 0 and "AA:AA" not in ended.out and "no unit in range" in ended.out


def test_show_tells_who_it_is_what_it_does_and_why(site: Site):
    post = site.post()
    post.unit.settings.set("base_pct", 25)
    ended = site("show", "lamp-01")
    assert ended.status == 0, ended.err
    assert f"lamp-01: lamp, DevEUI {site.identities['lamp-01'].dev_eui}, firmware 0.2.1" in ended.out
    assert "level 40 %, because: schedule" in ended.out
    assert "faults: sensorFault" in ended.out
    assert "17.2 W" in ended.out and "power drawn" in ended.out
    assert "clock: 2030-03-17 17:46:40 UTC" in ended.out and "ahead of this machine's" in ended.out
    assert "base_pct" in ended.out and "25 %" in ended.out and "default 10" in ended.out
    assert "hold_s" not in ended.out
    assert "fault.tilt" in ended.out, "the report has no room for it, its own test has"


def test_show_for_machines(site: Site):
    site.post("canopy-01")
    identity, report, clock, test, settings = objects(site("show", "canopy-01", "--json").out)
    assert (identity["type"], identity["kind"], identity["firmware"]) == ("identity", "canopy", "0.2.1")
    assert report["valve_open"] == 1 and report["reason"] == "schedule" and report["soil1_vwc_pct"] == 24.2
    assert clock["time_s"] == 1_900_000_000
    assert test["found"] == {"clock": "network", "fault.tilt": "present", "lorawan": "joined"}
    assert settings["changed"] == {}


_VERDICT = """self-test=bad: 2030-03-17T17:40:00Z, 2 good, 1 bad, 0 untested, 1 not fitted
meter=good: 4.1 W, 230 V
dimmer=bad: power does not follow: 100 % 40.0 W, 60 % 40.0 W
flash=good: 1502 KB free, written in 35 ms
radar=not fitted"""


def test_show_tells_what_the_unit_has_found_at_its_parts(site: Site):
    site.post().unit.tested = _VERDICT
    out = site("show", "lamp-01").out
    assert "bad: 2030-03-17T17:40:00Z, 2 good, 1 bad" in out
    assert "dimmer" in out and "power does not follow: 100 % 40.0 W" in out and "radar" not in out
    *_, verdict, _ = objects(site("show", "lamp-01", "--json").out)
    assert verdict["type"] == "verdict" and verdict["found"]["radar"] == "not fitted"


def test_a_unit_is_found_by_its_dev_eui_and_by_its_address(site: Site):
    site.post()
    dev_eui = site.identities["lamp-01"].dev_eui
    assert f"DevEUI {dev_eui}" in site("show", dev_eui.upper()).out
    assert "because: schedule" in site("show", ADDRESS.format(0).lower()).out


def test_without_a_key_the_identity_is_shown_and_nothing_else(site: Site):
    site.post()
    ended = site("show", ADDRESS.format(0), keys=False)
    assert ended.status == 0
    assert "firmware 0.2.1" in ended.out and "because" not in ended.out
    assert "--keys units.json" in ended.err
    site.write_keys("lamp-02")
    assert "the keys file has no unit" in site("show", ADDRESS.format(0)).err


def test_a_unit_that_does_not_know_the_time_says_so(site: Site):
    site.post().unit.now_s = 0
    assert "it does not know the time" in site("show", "lamp-01").out
