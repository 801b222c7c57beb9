"""The BLE link, put together."""

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from corolle.wire.schema import ACK

from corolle_gateway.clock import Clock
from corolle_gateway.counts import Counts
from corolle_gateway.links.ble import pages
from corolle_gateway.links.ble.gathering import Gathering
from corolle_gateway.links.ble.neighbours import Neighbour, Neighbours
from corolle_gateway.links.ble.outside import Memory, Receiver
from corolle_gateway.links.ble.pool import Pool
from corolle_gateway.links.ble.recovery import Recovery
from corolle_gateway.links.ble.refused import Refused, Revoked
from corolle_gateway.links.ble.scanning import Scanning
from corolle_gateway.links.ble.settings import agreed
from corolle_gateway.links.ble.stack import BTHOME, Stack
from corolle_gateway.log import Log
from corolle_gateway.model import BleRadio, Downlink, Sent, UnitsChange, Uplink
from corolle_gateway.tasks import Tasks

_NEAR_S = 60.0  # a unit adverts something new every ten seconds
_OVERDUE_S = 1200.0  # a unit reports every quarter of an hour; one that does not is asked


class BleLink:
    """Hears units that are near, and speaks with them. Nothing that goes wrong here is raised."""

    def __init__(
        self,
        clock: Clock,
        log: Log,
        counts: Counts,
        tasks: Tasks,
        memory: Memory,
        receiver: Receiver,
        stack: Stack,
        connections: int,
    ):
        self._clock = clock
        self._log = log
        self._counts = counts
        self._tasks = tasks
        self._memory = memory
        self._receiver = receiver
        self._neighbours = Neighbours()
        self._gathering = Gathering(memory, receiver)
        recovery = Recovery(log, counts, stack)
        self._pool = Pool(clock, counts, stack, recovery, connections)
        self._scanning = Scanning(log, counts, stack, recovery, self._heard)

    async def start(self) -> None:
        """Go on where an earlier run stopped, and listen."""
        units = await self._memory.units()
        self._neighbours.load(units, await self._memory.counters())
        self._tasks.keep(self._scanning.run)
        self._log.info("ble_starting", units=len(units))

    def follow(self, change: UnitsChange) -> None:
        """Other units are known."""
        self._neighbours.follow(change)

    def hears(self) -> bool:
        """Whether the adapter listens."""
        return self._scanning.is_on

    def is_near(self, unit: str) -> bool:
        """Whether a unit was heard lately and may be spoken to now."""
        neighbour = self._neighbours.by_name.get(unit)
        if neighbour is None or neighbour.device is None:
            return False
        # A clock that was set back has not heard anybody in the future.
        return abs(self._clock.now() - neighbour.heard_s) < _NEAR_S and self._pool.is_free(neighbour)

    async def send_now(self, downlink: Downlink) -> Sent:
        """Send a command to a unit that is near; its verdict follows at once, as over any link."""
        neighbour = self._neighbours.by_name[downlink.unit.name]
        try:
            verdict = await self._pool.ask(neighbour, "command", downlink.payload)
        except Refused as refused:
            return Sent(False, refused.cause)
        self._counts.count("ble_commands")
        # After whoever sent it has noted that it was sent.
        self._tasks.start(self._accepted(neighbour, f"{downlink.command_id}-ack", ACK.port, verdict))
        return Sent(True)

    async def self_test(self, unit: str) -> str:
        """What a unit that is near finds about itself, in lines "part=finding". Refused."""
        neighbour = self._neighbours.by_name[unit]
        return (await self._pool.ask(neighbour, "self-test", b"")).decode(errors="replace")

    async def verdict(self, unit: str) -> str:
        """What a unit that is near has found at the last test of its parts, lines "part=found". Refused."""
        neighbour = self._neighbours.by_name[unit]
        read = await self._pool.talk(neighbour, lambda conversation: pages.read(conversation, "verdict"))
        return read.decode(errors="replace")

    async def settings(self, unit: str, wish: dict[str, int]) -> dict[str, int] | None:
        """Have a unit that is near run these settings; all that it runs then, None when that failed."""
        try:
            runs = await self._pool.talk(
                self._neighbours.by_name[unit], lambda conversation: agreed(conversation, wish)
            )
        except Refused:
            return None
        self._counts.count("ble_settings")
        return runs

    def _heard(self, device: BLEDevice, advert: AdvertisementData) -> None:
        data = advert.service_data.get(BTHOME)
        if data is None:
            return
        try:
            found = self._neighbours.read(device.address, bytes(data))
        except Revoked as revoked:
            self._counts.reject(revoked.cause, address=device.address, unit=revoked.unit)
            return
        except Refused as refused:
            self._counts.reject(refused.cause, address=device.address)
            return
        if found:
            neighbour, readings = found
            neighbour.device = device
            neighbour.heard_s = self._clock.now()
            neighbour.rssi_dbm = float(advert.rssi)
            self._gathering.add(neighbour, readings)
            self._greet(neighbour)

    def _greet(self, neighbour: Neighbour) -> None:
        """What waits for the unit, and its report when no link has brought one for long."""
        if not self._pool.is_free(neighbour):
            return
        name, now_s = neighbour.unit.name, neighbour.heard_s
        self._receiver.near(name)
        overdue_s = max(self._receiver.reported_s(name), neighbour.asked_s) + _OVERDUE_S
        if now_s >= overdue_s:
            neighbour.asked_s = now_s
            self._tasks.start(self._ask_report(neighbour))

    async def _ask_report(self, neighbour: Neighbour) -> None:
        key = f"{neighbour.message_key}-report"
        try:
            answer = await self._pool.ask(neighbour, "readings", b"")
        except Refused:  # counted; as long as it is heard it is asked again
            neighbour.asked_s = 0.0
            return
        self._receiver.near(neighbour.unit.name)  # for what came up while it was being asked
        if not answer:
            self._counts.reject("ble_bad_answer", unit=neighbour.unit.name)
            return
        await self._accepted(neighbour, key, answer[0], answer[1:])

    async def _accepted(self, neighbour: Neighbour, key: str, port: int, payload: bytes) -> None:
        """Hand on what came in a session: it proved who it is, and its counters keep replays out."""
        if self._neighbours.by_name.get(neighbour.unit.name) is not neighbour:
            return  # it was lost, or replaced, while it spoke
        radio = BleRadio(neighbour.rssi_dbm)
        uplink = Uplink(neighbour.unit, key, port, payload, self._clock.now(), radio)
        [accepted] = self._receiver.accept([(uplink, lambda _: True)])
        if accepted.message_id is not None:
            self._receiver.settle(accepted.message_id)
