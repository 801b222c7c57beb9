"""The SX1262 LoRa transceiver (Semtech DS.SX1261-2.W.APP), at command and register level behind SPI."""

from corolle_hil.chips.sx1262.chip import Sx1262

__all__ = ("Sx1262",)
