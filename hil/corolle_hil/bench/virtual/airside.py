"""The other end of a simulated device's air: a concentrator, and the gateway and broker behind it."""

import hashlib
from pathlib import Path
from typing import Any

from corolle_hil.bench.rig import Said
from corolle_hil.bench.virtual.gateway import GatewayBeside
from corolle_hil.clockfile import ClockFile
from corolle_hil.pace import Paced
from corolle_hil.scheduler import Scheduler
from corolle_hil.world.air import Air
from corolle_hil.world.concentrator import Concentrator
from corolle_hil.world.place import Site

# The gateway lives in real time, and its clock goes with the device's.
_SPEED = 10.0


class AirSide:
    """Made anew for each start of the device; `heard` is what the city was told, with the rig's time."""

    def __init__(self, folder: Path):
        self.heard: list[Said] = []
        self._folder = folder
        self._starts = 0
        self._gateway: GatewayBeside | None = None
        self._concentrator: Concentrator | None = None
        self._clock: ClockFile | None = None

    def prepare(self, unix_s: int, registration: dict[str, Any]) -> Paced:
        """Begin a gateway that knows this unit, at that moment; the pace at which time goes from then on."""
        self._starts += 1
        folder = self._folder / f"gateway-{self._starts}"
        folder.mkdir(parents=True)
        clock = self._clock = ClockFile(folder / "clock", _SPEED)
        clock.publish(unix_s * 1_000_000)
        self._gateway = GatewayBeside(folder, [registration], folder / "clock")
        return Paced(_SPEED, lambda now_us: clock.publish(unix_s * 1_000_000 + now_us))

    def put_up(self, scheduler: Scheduler, air: Air, site: Site) -> None:
        """Put the concentrator on its roof."""
        eui = hashlib.sha256(site.name.encode()).digest()[:8]
        self._concentrator = Concentrator(scheduler, air, site, eui, self._begun.address)

    def order(self, unit: str, verb: str, value: int, for_s: int) -> str:
        """See City."""
        return self._begun.city.order(unit, verb, value, for_s)

    def listen(self, now_s: float) -> None:
        """Note what has come to the city by now."""
        self.heard += [Said(now_s, {"type": kind, **told}) for kind, told in self._begun.city.take()]

    def take_down(self) -> None:
        """End it all."""
        if self._concentrator:
            self._concentrator.close()
        if self._gateway:
            self._gateway.close()
        if self._clock:
            self._clock.close()
        self._concentrator = self._gateway = self._clock = None

    @property
    def _begun(self) -> GatewayBeside:
        if self._gateway is None:
            raise LookupError("no gateway before the device is started")
        return self._gateway
