"""What Home Assistant documents of MQTT discovery: the keys of each platform that is used here, their values.

From https://www.home-assistant.io/integrations/mqtt/ and the pages of the platforms beside it. A key that is
not there is ignored and not refused: one that is spelt wrongly would be found by nobody.
"""

DEVICE = {
    "configuration_url", "connections", "hw_version", "identifiers", "manufacturer", "model", "model_id",
    "name", "serial_number", "suggested_area", "sw_version", "via_device",
}  # fmt: skip
ORIGIN = {"name", "sw_version", "support_url"}

# Of the whole payload: what may stand above the components is what they have in common.
PAYLOAD = {
    "device", "origin", "components", "availability", "availability_mode", "availability_topic",
    "availability_template", "command_topic", "encoding", "payload_available", "payload_not_available", "qos",
    "state_topic",
}  # fmt: skip
AVAILABILITY = {"topic", "value_template", "payload_available", "payload_not_available"}
AVAILABILITY_MODES = {"all", "any", "latest"}

_COMMON = {
    "platform", "unique_id", "name", "availability", "availability_mode", "availability_topic",
    "availability_template", "payload_available", "payload_not_available", "default_entity_id", "encoding",
    "enabled_by_default", "entity_category", "entity_picture", "icon", "json_attributes_topic",
    "json_attributes_template", "qos",
}  # fmt: skip
_STATE = {"state_topic", "value_template", "device_class"}
_COMMAND = {"command_topic", "retain"}

KEYS = {
    "sensor": _COMMON
    | _STATE
    | {"expire_after", "force_update", "last_reset_value_template", "options", "state_class"}
    | {"suggested_display_precision", "unit_of_measurement"},
    "binary_sensor": _COMMON
    | _STATE
    | {"expire_after", "force_update", "off_delay", "payload_on", "payload_off"},
    "button": _COMMON | _COMMAND | {"command_template", "device_class", "payload_press"},
    "valve": _COMMON
    | _STATE
    | _COMMAND
    | {"command_template", "optimistic", "payload_close", "payload_open", "payload_stop", "position_closed"}
    | {"position_open", "reports_position", "state_closed", "state_closing", "state_open", "state_opening"},
    # The template schema: a light whose orders are written by templates.
    "light": _COMMON
    | _COMMAND
    | {"schema", "state_topic", "state_template", "brightness_template", "command_on_template"}
    | {"command_off_template", "effect_list", "effect_template", "color_temp_template", "red_template"}
    | {"green_template", "blue_template", "min_mireds", "max_mireds", "optimistic"},
}  # fmt: skip
REQUIRED = {
    "sensor": {"platform", "unique_id", "state_topic"},
    "binary_sensor": {"platform", "unique_id", "state_topic"},
    "button": {"platform", "unique_id"},
    "valve": {"platform", "unique_id"},
    "light": {"platform", "unique_id", "command_topic", "command_on_template", "command_off_template"},
}

# Device classes that are used, and the units that each allows.
SENSOR_UNITS = {
    None: {None, "%"},
    "duration": {"d", "h", "min", "s", "ms"},
    "energy": {"Wh", "kWh", "MWh", "J", "kJ", "MJ", "GJ", "cal", "kcal"},
    "humidity": {"%"},
    "moisture": {"%"},
    "power": {"mW", "W", "kW", "MW"},
    "signal_strength": {"dB", "dBm"},
    "temperature": {"°C", "°F", "K"},
    "voltage": {"V", "mV"},
    "water": {"L", "gal", "m³", "ft³", "CCF"},
}
STATE_CLASSES = {None, "measurement", "total", "total_increasing"}
# What a class may be a state class of: water and energy only as totals.
TOTALS = {"energy", "water"}
CLASSES = {
    "binary_sensor": {"connectivity", "occupancy", "problem"},
    "valve": {"water", "gas"},
}
ENTITY_CATEGORIES = {"config", "diagnostic"}
