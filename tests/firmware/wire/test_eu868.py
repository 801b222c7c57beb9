"""EU868 against RP002-1.0.4, 2.5."""

from corolle.wire import eu868


def test_data_rates():
    expected = [
        (12, 125_000),
        (11, 125_000),
        (10, 125_000),
        (9, 125_000),
        (8, 125_000),
        (7, 125_000),
        (7, 250_000),
    ]
    assert [eu868.modulation(dr) for dr in range(7)] == expected


def test_payloads():
    assert [eu868.max_payload(dr) for dr in range(7)] == [51, 51, 51, 115, 222, 222, 222]


def test_outside_is_refused():
    for call, arguments in (
        (eu868.modulation, (7,)),
        (eu868.modulation, (-1,)),
        (eu868.max_payload, (7,)),
    ):
        try:
            call(*arguments)
        except ValueError:
            continue
        raise AssertionError(arguments)


def test_rx1():
    assert eu868.rx1_data_rate(5, 2) == 3
    assert eu868.rx1_data_rate(1, 5) == 0


def test_power():
    assert [eu868.tx_power_dbm(i) for i in (0, 1, 7)] == [16, 14, 2]


def test_sub_bands():
    def duty(freq_hz):
        band = eu868.sub_band(freq_hz)
        return None if band is None else eu868.SUB_BANDS[band][2]

    assert [duty(freq_hz) for freq_hz in eu868.JOIN_CHANNELS_HZ] == [100, 100, 100]
    assert duty(eu868.RX2_FREQ_HZ) == 10
    assert eu868.sub_band(867_900_000) != eu868.sub_band(868_100_000)
    assert eu868.sub_band(868_650_000) is None
    assert eu868.sub_band(915_000_000) is None
