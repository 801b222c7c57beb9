"""LoRaWAN 1.0.4 on EU868, class A and class C: the end-device."""

from corolle.radio.lorawan.keys import Identity
from corolle.radio.lorawan.mac import LoRaWan
from corolle.radio.lorawan.queue import ACK, EVENT, REPORT

__all__ = ("ACK", "EVENT", "REPORT", "Identity", "LoRaWan")
