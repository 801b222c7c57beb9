"""What Home Assistant shows of units and of the gateway, in French and English, and what each of it is."""

from msgspec import Struct

# What each is: its message (an entity is retained, so known at once after a restart), the field in it, its
# device class and unit in Home Assistant, "=" for what is measured or "+" for what only grows; "-": none.
_SENSORS = {
    "lamp": """
power        report power_w             power           W   = Puissance              | Power
energy       report energy_wh           energy          Wh  + Énergie                | Energy
passages     report passages            -               -   + Passages               | Passers-by
temperature  report temperature_c       temperature     °C  = Température du boîtier | Housing temperature
reason       entity reason              -               -   - Raison du niveau       | Reason of the level
rssi         report radio.rssi_dbm      signal_strength dBm = Niveau de réception    | Signal strength
""",
    "canopy": """
soil1        report soil1_vwc_pct       moisture        %   = Humidité du sol 1      | Soil moisture 1
soil2        report soil2_vwc_pct       moisture        %   = Humidité du sol 2      | Soil moisture 2
soil3        report soil3_vwc_pct       moisture        %   = Humidité du sol 3      | Soil moisture 3
air          report air_temperature_c   temperature     °C  = Température de l'air   | Air temperature
humidity     report air_humidity_pct    humidity        %   = Humidité de l'air      | Air humidity
litres       report litres_total        water           L   + Eau donnée             | Water given
litres_today report litres_today        water           L   + Eau donnée aujourd'hui | Water given today
battery      report battery_v           voltage         V   = Batterie               | Battery
water        report water_temperature_c temperature     °C  = Température de l'eau   | Water temperature
tank         report tank_pct            -               %   = Réservoir              | Tank
reason       entity reason              -               -   - Raison de la vanne     | Reason of the valve
rssi         report radio.rssi_dbm      signal_strength dBm = Niveau de réception    | Signal strength
""",
    "gateway": """
unsent       status store.unsent        -               -   = Messages en attente    | Messages waiting
hours_left   status store.hours_left    duration        h   = Réserve de stockage    | Storage left
open         alarms open                -               -   = Alarmes ouvertes       | Open alarms
""",
}
_STATE_CLASSES = {"=": "measurement", "+": "total_increasing", "-": None}


_NAMES = {
    "fr": {
        "lamp": "Lampadaire",
        "canopy": "Corolle végétalisée",
        "gateway": "Passerelle",
        "presence": "Présence",
        "problem": "Défaut",
        "connected": "Connexion",
        "auto": "Retour à l'automatique",
        "report": "Demander un relevé",
    },
    "en": {
        "lamp": "Street lamp",
        "canopy": "Green canopy",
        "gateway": "Gateway",
        "presence": "Presence",
        "problem": "Fault",
        "connected": "Connection",
        "auto": "Back to automatic",
        "report": "Ask for a report",
    },
}


class Sensor(Struct, frozen=True):
    """A figure or a word that is shown; None: it is of no class, has no unit."""

    key: str
    message: str
    field: str
    device_class: str | None
    unit: str | None
    state_class: str | None
    name: str


def word(language: str, key: str) -> str:
    """A name."""
    return _NAMES[language][key]


def sensors(kind: str, language: str) -> list[Sensor]:
    """What is shown of a lamp, a canopy or the gateway."""
    return [_sensor(line, language) for line in _SENSORS[kind].strip().splitlines()]


def _sensor(line: str, language: str) -> Sensor:
    key, message, field, device_class, unit, state_class, names = line.split(None, 6)
    french, _, english = (name.strip() for name in names.partition("|"))
    device_class, unit = (None if each == "-" else each for each in (device_class, unit))
    name = french if language == "fr" else english
    return Sensor(key, message, field, device_class, unit, _STATE_CLASSES[state_class], name)
