"""The words on the air: schema, bit packing, LoRaWAN frames. Runs on MicroPython and on CPython."""
