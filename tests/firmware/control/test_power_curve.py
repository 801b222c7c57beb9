"""What a luminaire should draw, from eleven points."""

from corolle.control.power_curve import PowerCurve, rated_curve, unpack_curve

# 40 W, of which 1.6 W are the driver's own; 0.4 W in standby.
_POINTS = [4] + [round(16 + 384 * level / 100) for level in range(10, 101, 10)]


def test_between_the_points_it_goes_along_a_line():
    curve = PowerCurve(_POINTS)
    for level_pct in (10, 15, 37.5, 50, 99, 100):
        assert abs(curve.power_w(level_pct) - (1.6 + 38.4 * level_pct / 100)) <= 0.06, level_pct


def test_off_full_and_without_light():
    curve = PowerCurve(_POINTS)
    assert (curve.power_w(0), curve.idle_w, curve.full_w) == (0.4, 0.4, 40.0)
    assert abs(curve.dark_w - 1.6) <= 0.2


def test_below_the_least_level_the_driver_stays_there():
    curve = PowerCurve(_POINTS)
    assert curve.power_w(3) == curve.power_w(10) == 5.4


def test_what_is_no_luminaires_curve():
    assert PowerCurve(_POINTS).problem() == ""
    assert PowerCurve([4] * 11).problem() == "no light is drawn for"
    assert PowerCurve([400 - 30 * i for i in range(11)]).problem() == "no light is drawn for"
    falls = list(_POINTS)
    falls[5] = 390
    assert PowerCurve(falls).problem() == "power falls while the level rises"


def test_noise_of_half_a_watt_is_no_problem():
    noisy = [point + (3 if place % 2 else -2) for place, point in enumerate([50] * 5 + _POINTS[5:])]
    assert PowerCurve(noisy).problem() == ""


def test_it_comes_back_from_the_store_and_garbage_does_not():
    curve = PowerCurve(_POINTS)
    again = unpack_curve(curve.pack())
    assert again and again.pack() == curve.pack()
    for record in (None, b"", b"\x01" * 21, b"\x01" * 23):
        assert unpack_curve(record) is None


def test_a_rated_power_is_a_straight_line():
    curve = rated_curve(60)
    assert curve and [curve.power_w(level) for level in (0, 10, 55, 100)] == [0, 6, 33, 60]
    assert rated_curve(0) is None
