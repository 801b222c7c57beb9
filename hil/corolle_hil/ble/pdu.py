"""Advertising PDUs: kinds, time on air, and what a radio on 2.4 GHz makes of them.

Figures are those of Bluetooth Core 5.4, Vol 6, Part B ("LL") for an uncoded 1 Mbit/s PHY.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only counts adverts, as a replay does, need not wait for all of Bumble
    from bumble.hci import Address

# LL 2.3.1 and 2.3.2, numbered as in HCI's advertising reports (Vol 4, Part E, 7.7.65.2).
ADV_IND, ADV_DIRECT_IND, ADV_SCAN_IND, ADV_NONCONN_IND, SCAN_RSP = range(5)
CHANNELS = 3  # 37, 38 and 39
# From one channel's PDU to the next: at most 10 ms (LL 4.4.2.3). Long enough here for a scan request and its
# response between the two (376 + 150 + 176 + 150 us and the longest response), as chips commonly leave it.
CHANNEL_STEP_US = 1250
ADV_DELAY_US = 10_000  # advDelay: pseudo-random, up to this (LL 4.4.2.2.1)
LEGACY_DATA_BYTES = 31
_OVERHEAD_BYTES = 1 + 4 + 2 + 6 + 3  # preamble, access address, header, AdvA, CRC
_BYTE_US = 8


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What an advertiser says in each of its advertising events.

    Attributes:
        kind: ADV_IND (can be connected to and scanned), ADV_SCAN_IND or ADV_NONCONN_IND.
        address: AdvA.
        data: at most 31 bytes.
        response: what it answers to an active scanner, at most 31 bytes.
    """

    kind: int
    address: "Address"
    data: bytes
    response: bytes = b""

    @property
    def pdu_us(self) -> int:
        """Time on air on one channel."""
        return (_OVERHEAD_BYTES + len(self.data)) * _BYTE_US

    @property
    def scannable(self) -> bool:
        """Whether a scan request is answered."""
        return self.kind in (ADV_IND, ADV_SCAN_IND)
