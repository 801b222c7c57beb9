"""A virtual SX1302 concentrator: eight LoRa channels in the air, a packet forwarder towards the gateway."""

from datetime import UTC, datetime

from corolle.wire.airtime import low_data_rate

from corolle_hil.scheduler import Handle, Scheduler
from corolle_hil.world import gwmp
from corolle_hil.world.air import Air
from corolle_hil.world.flight import Flight, Reception, Side
from corolle_hil.world.forwarder import Forwarder, Tap
from corolle_hil.world.gwmp import DatagramError
from corolle_hil.world.jit_queue import JitQueue, unwrap_us
from corolle_hil.world.lora import Signal
from corolle_hil.world.place import Site

# The default channels of EU868 and the five that networks add, 200 kHz apart.
CHANNELS_HZ = (
    868_100_000,
    868_300_000,
    868_500_000,
    867_100_000,
    867_300_000,
    867_500_000,
    867_700_000,
    867_900_000,
)
_DEMODULATORS = 16
_NOISE_FIGURE_DB = 3.0  # -140 dBm at SF12
_TX_HZ = (863_000_000, 870_000_000)
_TX_DBM = (0, 27)
_SYNC_WORD_PUBLIC = 0x34
_STAT_US = 30_000_000
_BOOT_US = 20_000_000
_RX1_US = 950_000  # until then the gateway's answer must be here, or the first window is missed


class Concentrator:
    """One concentrator on its roof.

    Its `tmst` counts microseconds since it booted, modulo 2^32. `forwarder.counts` holds what it forwarded,
    refused and dropped.

    Args:
        eui: its 8 bytes.
        server: host and UDP port of the gateway.
        tap: sees every datagram.
        patience_s: real time that a fast street waits for the gateway's answer to an uplink, so that a
            street second is never too short for it.
    """

    side: Side = "gateway"

    def __init__(
        self,
        scheduler: Scheduler,
        air: Air,
        site: Site,
        eui: bytes,
        server: tuple[str, int],
        tap: Tap | None = None,
        keepalive_us: int = 10_000_000,
        patience_s: float = 0.03,
    ):
        self.name = site.name
        self.position = site.position
        self.noise_figure_db = _NOISE_FIGURE_DB
        self.received = 0
        self.crc_errors = 0
        self.sent = 0
        self._site = site
        self._scheduler = scheduler
        self._air = air
        self._patience_s = patience_s
        self._boot_us = self._since_us = scheduler.now_us
        self._up = True
        self._queue = JitQueue()
        self._planned: list[Handle] = []
        self._receptions: set[Reception] = set()
        self._flight: Flight | None = None
        self.forwarder = Forwarder(scheduler, eui, server, self._obey, tap, keepalive_us)
        self._stat = scheduler.after(_STAT_US, self._report)
        air.join(self)

    @property
    def tmst(self) -> int:
        """The concentrator's clock."""
        return (self._scheduler.now_us - self._boot_us) % (1 << 32)

    @property
    def transmitting(self) -> bool:
        """Whether it is sending now; then it hears nothing."""
        return self._flight is not None

    def close(self) -> None:
        """Stop for good."""
        self._go_down()

    def reboot(self, boot_us: int = _BOOT_US) -> None:
        """Power fails for a moment: off the air for `boot_us`, then a clock that begins at 0."""
        self._go_down()
        self._scheduler.after(boot_us, self._come_up)

    def listening_since_us(self, signal: Signal) -> int | None:
        """See Radio: any channel, SF7 to SF12, uplinks of public LoRaWAN."""
        if not self._up or self.transmitting or _channel(signal) is None:
            return None
        expected = (125_000, False, _SYNC_WORD_PUBLIC, True)
        actual = (signal.bw_hz, signal.iq_inverted, signal.sync_word, signal.explicit_header)
        return self._since_us if actual == expected and 7 <= signal.sf <= 12 else None

    def lock(self, reception: Reception) -> str | None:
        """See Radio."""
        if len(self._receptions) >= _DEMODULATORS:
            return "receiver_busy"
        if reception.signal.low_data_rate != low_data_rate(reception.signal.sf, reception.signal.bw_hz):
            return "low_data_rate_mismatch"
        self._receptions.add(reception)
        return None

    def header(self, reception: Reception) -> None:
        """See Radio."""
        if reception.cause:
            self._receptions.discard(reception)

    def finish(self, reception: Reception) -> None:
        """See Radio. Frames with a wrong CRC are counted and not forwarded, as forwarders do by default."""
        self._receptions.discard(reception)
        if reception.cause:
            self.crc_errors += 1
            return
        self.received += 1
        channel = _channel(reception.signal) or 0
        packet = gwmp.rxpk(reception, self.tmst, self._scheduler.unix_us, channel, CHANNELS_HZ[channel])
        self._scheduler.hold(self._scheduler.now_us + _RX1_US, self._patience_s)
        self.forwarder.push({"rxpk": [packet]})

    def _obey(self, token: int, body: bytes) -> None:
        try:
            order = gwmp.parse_order(body)
        except DatagramError as error:
            self.forwarder.counts[f"ignored: {error}"] += 1
            return
        self.forwarder.acknowledge(token, self._plan(order))

    def _plan(self, order: gwmp.Order) -> str | None:
        signal, now_us = order.signal, self._scheduler.now_us
        if not _TX_HZ[0] <= signal.freq_hz <= _TX_HZ[1]:
            return "TX_FREQ"
        if not _TX_DBM[0] <= signal.power_dbm <= _TX_DBM[1]:
            return "TX_POWER"
        self._queue.forget(now_us)
        if order.tmst is None:
            start_us = self._queue.soonest_us(now_us, signal.airtime_us)
        else:
            start_us = self._boot_us + unwrap_us(order.tmst, now_us - self._boot_us)
        error = self._queue.admit(now_us, start_us, signal.airtime_us)
        if error is None:
            self._planned = [handle for handle in self._planned if handle.t_us > now_us]
            self._planned.append(self._scheduler.at(start_us, self._transmit, signal))
        return error

    def _transmit(self, signal: Signal) -> None:
        self._drop_receptions("half_duplex")
        self.sent += 1
        self._flight = self._air.transmit(self, signal)
        self._planned.append(self._scheduler.at(self._flight.end_us, self._end_transmission))

    def _end_transmission(self) -> None:
        self._flight = None
        self._since_us = self._scheduler.now_us
        self._air.wake(self)

    def _drop_receptions(self, cause: str) -> None:
        for reception in self._receptions:
            reception.abandon(cause)
        self._receptions.clear()

    def _go_down(self) -> None:
        self._up = False
        self._drop_receptions("left")
        for handle in [*self._planned, self._stat]:
            handle.cancel()
        self._planned.clear()
        self._queue.clear()
        if self._flight:
            self._air.cut(self._flight)
            self._flight = None
        self.forwarder.close()

    def _come_up(self) -> None:
        self._up = True
        self._boot_us = self._since_us = self._scheduler.now_us
        self._stat = self._scheduler.after(_STAT_US, self._report)
        self.forwarder.open()

    def _report(self) -> None:
        self._stat = self._scheduler.after(_STAT_US, self._report)
        counts = self.forwarder.counts
        stat = {
            "time": datetime.fromtimestamp(self._scheduler.unix_us // 1_000_000, UTC).strftime(
                "%Y-%m-%d %H:%M:%S GMT"
            ),
            "lati": round(self._site.lat_deg, 5),
            "long": round(self._site.lon_deg, 5),
            "alti": round(150 + self.position.height_m),
            "rxnb": self.received + self.crc_errors,
            "rxok": self.received,
            "rxfw": self.received,
            "ackr": round(100 * counts["push_ack"] / max(1, counts["push_data"]), 1),
            "dwnb": counts["pull_resp"],
            "txnb": self.sent,
        }
        self.forwarder.push({"stat": stat}, keep=False)


def _channel(signal: Signal) -> int | None:
    """The channel that a signal lies on, within a quarter of its bandwidth."""
    for number, freq_hz in enumerate(CHANNELS_HZ):
        if abs(signal.freq_hz - freq_hz) <= signal.bw_hz / 4:
            return number
    return None
