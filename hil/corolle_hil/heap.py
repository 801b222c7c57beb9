"""How much of a simulated board's heap is the simulation's own."""

import os
import socket

from corolle_hil.forkserver import ForkServer, Order

NODE_BYTES = 128 * 1024  # what a whole node may use
ONE_RADIO_BYTES = 96 * 1024  # a lamp, or a canopy that drips, with LoRaWAN and without Bluetooth
_ROOMY_BYTES = 1024 * 1024


def measure_share(forks: ForkServer) -> int:
    """Bytes of MicroPython heap that the shims take before any firmware is there."""
    ours, theirs = socket.socketpair()
    console, console_in = os.pipe()
    with ours, theirs:
        forks.spawn(Order(_ROOMY_BYTES, "measure"), theirs, console_in)
    os.close(console_in)
    with open(console) as text:
        return int(text.read())
