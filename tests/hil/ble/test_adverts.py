"""Adverts between boards on genuine MicroPython: what is heard, how strongly, how often."""

import statistics

import pytest

_SEND = (
    "import bluetooth, time\n"
    "ble = bluetooth.BLE(); ble.active(True)\n"
    "said = b'\\x02\\x01\\x06\\x03\\x16\\xd2\\xfc'\n"
    "ble.gap_advertise({}, said, resp_data=b'\\x03\\x09Nr', connectable={})\n"
    "time.sleep(600)\n"
)
_LISTEN = (
    "import bluetooth, time\n"
    "ble = bluetooth.BLE(); ble.active(True)\n"
    "def irq(event, data):\n"
    "    if event == 5:\n"
    "        kind, address, advert, rssi, payload = data\n"
    "        print(kind, bytes(address).hex(), advert, rssi, bytes(payload).hex())\n"
    "    else: print('event', event, data)\n"
    "ble.irq(irq)\n"
    "ble.gap_scan({})\n"
    "time.sleep(600)\n"
)
_ALWAYS = "{}000, 30000, 30000"  # seconds; a window as long as the interval


def _sender(interval_us: int = 100_000, connectable: bool = True) -> str:
    return _SEND.format(interval_us, connectable)


def _listener(seconds: int = 10, arguments: str = _ALWAYS) -> str:
    return _LISTEN.format(arguments.format(seconds))


def _adverts(yard, name: str = "listener") -> list[list[str]]:
    return [line.split() for line in yard.said(name) if not line.startswith("event")]


def _rssi(yard, name: str = "listener") -> list[int]:
    return [int(fields[3]) for fields in _adverts(yard, name)]


def test_an_advert_is_received_as_it_was_sent(yard):
    here = yard()
    here.board("sender", 0, _sender())
    here.board("listener", 20, _listener())
    here.run(15)
    heard = _adverts(here)
    assert {(kind, address, advert, data) for kind, address, advert, _, data in heard} == {
        ("0", "020000000101", "0", "0201060316d2fc")
    }
    # One every 100 ms and up to 10 ms of advDelay, for 10 s; a few fall between two channels of the scanner.
    assert 80 <= len(heard) <= 96
    assert here.said("listener")[-1] == "event 6 ()"


def test_what_cannot_be_connected_to_can_be_scanned(yard):
    """NimBLE's mode for discoverable and not connectable; an active scanner gets the response too."""
    here = yard()
    here.board("sender", 0, _sender(connectable=False))
    here.board("listener", 10, _listener(arguments=_ALWAYS + ", True"))
    here.run(12)
    assert {(advert, data) for _, _, advert, _, data in _adverts(here)} == {
        ("2", "0201060316d2fc"),
        ("4", "03094e72"),
    }


def test_strength_falls_with_distance_and_nothing_comes_from_far_away(yard):
    """Free space leaves -37 dBm at 1 m and -63 dBm at 20 m of 3 dBm at 2.44 GHz; a street is worse."""
    here = yard()
    here.board("sender", 0, _sender())
    for x_m in (2, 20, 80, 2000):
        here.board(f"at {x_m}", x_m, _listener())
    here.run(15)
    means = {x_m: statistics.mean(_rssi(here, f"at {x_m}")) for x_m in (2, 20, 80)}
    assert means[2] > means[20] > means[80]
    assert -55 < means[2] < -30 and -85 < means[20] < -58 and -94 < means[80] < -70
    assert min(_rssi(here, "at 80")) >= -94
    assert not _adverts(here, "at 2000")


@pytest.mark.parametrize("loss", [0.2, 0.5])
def test_loss_takes_its_share(yard, loss: float):
    here = yard(loss=loss)
    here.board("sender", 0, _sender(20_000))
    here.board("listener", 5, _listener(60))
    here.run(65)
    sent = 60 / 0.025  # advDelay adds 5 ms on the average
    assert len(_adverts(here)) == pytest.approx(sent * 0.9 * (1 - loss), rel=0.12)


def test_a_scanner_hears_while_its_window_is_open(yard):
    """30 ms of 300: a tenth of what a scanner hears that always listens."""
    here = yard()
    here.board("sender", 0, _sender(20_000))
    here.board("always", 5, _listener(120))
    here.board("seldom", 5, _listener(120, "{}000, 300000, 30000"))
    here.run(125)
    assert len(_adverts(here, "seldom")) == pytest.approx(len(_adverts(here, "always")) / 10, rel=0.2)


def test_data_lasts_for_its_callback_only(yard):
    here = yard()
    here.board("near", 0, _sender())
    here.board("far", 3, _sender())
    here.board(
        "listener",
        5,
        "import bluetooth, time\n"
        "ble = bluetooth.BLE(); ble.active(True); kept = []\n"
        "def irq(event, data):\n"
        "    if event == 5: kept.append((data[1], bytes(data[1])))\n"
        "ble.irq(irq); ble.gap_scan(2000, 30000, 30000); time.sleep(3)\n"
        "print(len(set(copy for _, copy in kept)), len(set(bytes(view) for view, _ in kept)))\n",
    )
    here.run(5)
    assert here.said("listener") == ["2 1"]


def test_advertising_stops_and_goes_on_with_the_data_it_had(yard):
    here = yard()
    here.board(
        "sender",
        0,
        "import bluetooth, time\n"
        "ble = bluetooth.BLE(); ble.active(True)\n"
        "ble.gap_advertise(50000, b'abc'); time.sleep(5)\n"
        "ble.gap_advertise(None); time.sleep(5)\n"
        "ble.gap_advertise(50000); time.sleep(5)\n"
        "ble.gap_advertise(50000, b''); time.sleep(600)\n",
    )
    here.board("listener", 5, _listener(20))
    here.run(25)
    times_s = [t_us / 1e6 for t_us, who, line in here.log if who == "listener" and line.endswith("616263")]
    assert [round(t_s) for t_s in (times_s[0], times_s[-1])] == [0, 15]
    assert not [t_s for t_s in times_s if 5.4 < t_s < 10.3]
    assert [fields[3:] for fields in _adverts(here)][-1][1:] == []  # an empty payload prints as nothing


def test_what_the_port_refuses(yard):
    here = yard()
    here.board(
        "board",
        0,
        "import bluetooth\n"
        "ble = bluetooth.BLE()\n"
        "def tell(fn, *arguments, **named):\n"
        "    try: print(fn(*arguments, **named))\n"
        "    except (OSError, ValueError) as error: print(repr(error))\n"
        "tell(ble.gap_advertise, 100000)\n"
        "tell(ble.config, 'mac')\n"
        "ble.active(True)\n"
        "tell(ble.gap_advertise, 19000)\n"
        "tell(ble.gap_advertise, 100000, bytes(32))\n"
        "tell(ble.gap_scan, 1000, 30000, 40000)\n"
        "ble.gap_scan(0); tell(ble.gap_scan, 0)\n"
        "tell(ble.config, 'colour')\n"
        "tell(ble.gap_disconnect, 7)\n",
    )
    assert here.run(2) == [
        "OSError(19,)",  # ENODEV: not active
        "OSError(19,)",
        "OSError(22,)",  # EINVAL
        "OSError(22,)",
        "OSError(22,)",
        "OSError(114,)",  # EALREADY
        "ValueError('unknown config param',)",
        "False",
    ]


def test_settings_and_uuids(yard):
    here = yard()
    here.board(
        "board",
        0,
        "import bluetooth\n"
        "ble = bluetooth.BLE()\n"
        "ble.config(gap_name='lamp-01', mtu=185, rxbuf=512)\n"
        "print(ble.config('gap_name'), ble.config('mtu'), ble.config('rxbuf'))\n"
        "print(ble.active(), ble.active(True), bluetooth.BLE().active())\n"
        "kind, mac = ble.config('mac'); print(kind, mac.hex())\n"
        "ble.config(addr_mode=1); kind, mac = ble.config('mac'); print(kind, mac.hex())\n"
        "long = bluetooth.UUID('6E400001-B5A3-F393-E0A9-E50E24DCCA9E')\n"
        "print(long, bytes(long)[:4].hex(), bluetooth.UUID(0xFCD2))\n"
        "print(bluetooth.UUID(bytes(long)) == long, {long: 1}[bluetooth.UUID(bytes(long))])\n",
    )
    assert here.run(2) == [
        "b'lamp-01' 185 512",
        "False True True",
        "0 020000000101",
        "1 c20000000101",
        "UUID('6e400001-b5a3-f393-e0a9-e50e24dcca9e') 9ecadc24 UUID(0xfcd2)",
        "True 1",
    ]


def test_a_reset_ends_advertising_and_scanning(yard):
    here = yard()
    here.board(
        "sender",
        0,
        _sender().replace("time.sleep(600)", "time.sleep(5)\nimport machine; machine.deepsleep(60000)"),
    )
    here.board("listener", 5, _listener(0))
    here.run(30)
    times_s = [t_us / 1e6 for t_us, who, _ in here.log if who == "listener"]
    assert 5 < times_s[-1] < 5.5
    assert times_s and not here.radios["sender"].station
