"""Bluetooth adapters of a street: the gateway's, and one for whoever comes by with a laptop.

Both are at the foot of the gateway's mast, where its cabinet stands. A road of twenty lamps is longer than
Bluetooth reaches: those in the middle are near, those at its ends are not.
"""

from pathlib import Path

from corolle_hil.ble.adapter import Adapter
from corolle_hil.ble.link import AirLink
from corolle_hil.world.place import Site
from corolle_hil.world.propagation import Position

_ABOVE_GROUND_M = 1.5
# Addresses for documentation (RFC 7042, 2.1.1), first byte first.
_GATEWAY, _LAPTOP = b"\x00\x00\x5e\x00\x53\x02", b"\x00\x00\x5e\x00\x53\x03"
_MOST_PATH_BYTES = 100  # of a Unix socket's address, which has 104 on macOS and 108 on Linux


class Adapters:
    """Two adapters at sockets in a folder. ValueError when its path is longer than a socket's may be."""

    def __init__(self, link: AirLink, mast: Site, folder: Path):
        gateway, laptop = folder / "gateway.hci", folder / "laptop.hci"
        if len(bytes(gateway)) > _MOST_PATH_BYTES:
            raise ValueError(
                f"{gateway}: a Bluetooth adapter's path has at most {_MOST_PATH_BYTES} bytes: "
                "choose a shorter --state, or --no-ble"
            )
        foot = Position(mast.position.x_m, mast.position.y_m, _ABOVE_GROUND_M)
        self.gateway = Adapter(link, "gateway", foot, _GATEWAY, gateway)
        self.laptop = Adapter(link, "laptop", foot, _LAPTOP, laptop)

    def close(self) -> None:
        """Take them away: whoever waits for an answer gets none, and need not wait on."""
        self.gateway.close()
        self.laptop.close()
