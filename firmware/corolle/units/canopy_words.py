"""What a canopy tells of its mist and its power now and then; in memory only for as long as that takes."""

from corolle.wire.words import REASONS, SANITARY_STATES, code_of


def service(garden, power, misting) -> dict:
    """The values of a CANOPY_SERVICE."""
    mist_open, purge_open = misting.is_open if misting else (0, 0)
    mist_l, purge_l = misting.litres() if misting else (0, 0)
    readings = garden.readings
    return {
        "mist_open": mist_open,
        "purge_open": purge_open,
        "mist_reason": code_of(REASONS, misting.reason if misting else "unknown"),
        "sanitary_state": code_of(SANITARY_STATES, misting.state if misting else "not fitted"),
        "mist_litres_total": mist_l,
        "purge_litres_total": purge_l,
        "wind_m_s": readings.wind.value if readings.wind else None,
        "tension_kpa": garden.value("tension"),
        "soil_temperature_c": garden.value("soil_temperature"),
        "drought": readings.drought,
        "shedding": readings.shed,
        "panel_w": power.panel_w if power else None,
        "energy_in_wh": _wh(power and power.energy.day_in_mwh),
        "energy_out_wh": _wh(power and power.energy.day_out_mwh),
    }


def _wh(mwh: int | None) -> float | None:
    return None if mwh is None else mwh / 1000
