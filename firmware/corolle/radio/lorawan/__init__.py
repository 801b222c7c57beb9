"""LoRaWAN 1.0.4 on EU868, class A and class C: the end-device."""
