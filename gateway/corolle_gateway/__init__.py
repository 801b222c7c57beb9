"""The gateway: gathers the units of a street over radio links and speaks with the city over MQTT."""
