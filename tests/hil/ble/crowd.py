"""Many units in the air round one gateway: their adverts over BLE, their reports over LoRaWAN."""

import math

from bumble.hci import Address
from corolle.wire import bthome
from corolle.wire.derive import BIND, derive
from corolle_gateway.links.lorawan.keys import Key
from corolle_hil.ble.air import BleAir
from corolle_hil.ble.antenna import Antenna
from corolle_hil.ble.pdu import ADV_IND, Broadcast
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.propagation import Position
from gateway_street import join
from packet_forwarder import PacketForwarder
from radio_device import Device

# As firmware/corolle/radio/ble/near.py has them, and a unit's reports.
_ADVERT_US, _TURN_US, _REPORT_US = 1_000_000, 10_000_000, 900_000_000
_NEAREST_M, _FURTHEST_M = 5.0, 40.0


class Concentrator(PacketForwarder):
    """Its counter is the street's time."""

    def __init__(self, port: int, scheduler: Scheduler):
        super().__init__(port)
        self._scheduler = scheduler

    @property
    def tmst(self) -> int:
        """The counter now."""
        return self._scheduler.now_us % 2**32


class Post:
    """A unit's voice: its adverts are real, of all else it has only what the gateway needs to hear.

    Attributes:
        device: its LoRaWAN.
        adverts: how many different ones it has sent.
    """

    def __init__(self, scheduler: Scheduler, air: BleAir, number: int, of: int):
        self.device = Device(f"lamp-{number:03d}", number=number)
        self.temperature_c = number / 4  # by which its readings are known for its own
        self.adverts = 0
        self._scheduler = scheduler
        self._air = air
        self._mac = bytes((2, 0, 0, 0, 1, number))
        self._bind = Key(derive(self.device.app_key, BIND))
        away_m = _NEAREST_M + (_FURTHEST_M - _NEAREST_M) * number / of
        angle = math.tau * number * 0.618
        position = Position(away_m * math.cos(angle), away_m * math.sin(angle), 5.0)
        self._antenna = Antenna(self.device.name, position, lambda *_: None)
        air.join(self._antenna)
        self._beacon = None
        scheduler.after(number * _TURN_US // of, self._turn)

    def report_to(self, forwarder: PacketForwarder, number: int, of: int) -> None:
        """Join, and report every quarter of an hour from now on."""
        join(self.device, forwarder)
        self._forwarder = forwarder
        self._scheduler.after(number * _REPORT_US // of, self._report)

    def _turn(self) -> None:
        """The next turn of its readings, until the one after it."""
        if self._beacon:
            self._beacon.stop()
        turns = [(0x02, self.temperature_c), (0x4D, self.adverts / 1000), (0x5C, 38.4), (0x05, 12.5)]
        data = bthome.build(turns, self.adverts, self.adverts, self._bind, self._mac)
        self.adverts += 1
        address = Address(self._mac[::-1], Address.PUBLIC_DEVICE_ADDRESS)
        self._beacon = self._air.advertise(self._antenna, Broadcast(ADV_IND, address, data), _ADVERT_US)
        self._scheduler.after(_TURN_US, self._turn)

    def _report(self) -> None:
        self._forwarder.push_later(self.device.report())
        self._scheduler.after(_REPORT_US, self._report)
