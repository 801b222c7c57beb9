"""`corolle codec`: what a city's own LoRaWAN needs to know of a kind of unit."""
