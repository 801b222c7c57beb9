"""Groups: who may set one up, which of their frames are believed, and how often."""

from corolle.radio.key import Key
from corolle.radio.lorawan import multicast
from corolle.radio.lorawan.duty import DutyCycle
from corolle.radio.lorawan.link import Link
from corolle.radio.lorawan.mac import new_counts
from corolle.radio.lorawan.network_time import NetworkTime
from corolle.radio.lorawan.session import Session
from corolle.wire import lorawan as wire
from corolle.wire import multicast as words
from cryptolib import aes
from lora_network import DEV_ADDR, Flash, PowerCut, Reception

_APP_KEY = Key(b"app key of unit1")
_MC_KEY, _ADDR = b"key of the group", 0x26001234


def _setup(slot=0, address=_ADDR, mc_key=_MC_KEY, first=0, end=1000, app_key=_APP_KEY):
    # Sealing is decryption, so that a node needs nothing but encryption.
    sealed = aes(_raw_sealing_key(app_key), 1).decrypt(mc_key)
    return words.build_setup(slot, address, sealed, first, end)


def _raw_sealing_key(app_key):
    kept = []

    def make(raw):
        kept.append(raw)
        return Key(raw)

    words.sealing_key(app_key, make)
    return kept[-1]


def _frame(f_cnt, payload=b"\x02order", port=words.ORDER_PORT, address=_ADDR, mc_key=_MC_KEY, kind=None):
    nwk, app = words.group_keys(Key(mc_key), address)
    kind = wire.UNCONFIRMED_DOWN if kind is None else kind
    return wire.build_data(kind, address, 0, f_cnt, b"", port, payload, Key(nwk), Key(app))


class _Node:
    def __init__(self, flash=None, *setups):
        self.flash = flash or Flash()
        for setup in setups:
            assert multicast.set_up(self.flash, _APP_KEY, setup)[1] < 4
        session = Session(self.flash, DEV_ADDR, b"n" * 16, b"a" * 16)
        self.counts = new_counts()
        self.link = Link(session, DutyCycle(), NetworkTime(None), self.counts, lambda: 0)

    def hear(self, frame):
        return self.link.accept(Reception(frame, -90, 7, 0))


def test_an_order_to_the_group_is_heard_once_however_often_it_is_sent():
    node = _Node(None, _setup())
    assert node.hear(_frame(0)) == (words.ORDER_PORT, b"\x02order", False)
    assert node.hear(_frame(0)) is None and node.hear(_frame(0)) is None
    assert (node.counts["downlinks"], node.counts["replayed"]) == (1, 2)
    assert node.hear(_frame(1)) == (words.ORDER_PORT, b"\x02order", False)


def test_no_counter_is_accepted_again_after_a_power_cut():
    node = _Node(None, _setup())
    frame = _frame(7)
    assert node.hear(frame)
    assert _Node(node.flash).hear(frame) is None
    assert _Node(node.flash).hear(_frame(6)) is None
    assert _Node(node.flash).hear(_frame(8))


def test_nobody_acts_on_what_the_flash_has_not_got():
    flash = Flash(_Node(None, _setup()).flash.records, cut_at=1)
    try:
        _Node(flash).hear(_frame(0))
    except PowerCut:
        pass
    else:
        raise AssertionError("nothing was written")
    assert _Node(Flash(flash.records)).hear(_frame(0))


def test_a_group_set_up_again_does_not_forget_what_it_heard():
    node = _Node(None, _setup())
    assert node.hear(_frame(9))
    again = _Node(node.flash, _setup())
    assert again.hear(_frame(9)) is None and again.hear(_frame(10))


def test_another_key_begins_anew_and_ends_the_old_one():
    node = _Node(None, _setup())
    assert node.hear(_frame(9))
    other = _Node(node.flash, _setup(mc_key=b"another key of i"))
    assert other.hear(_frame(10)) is None
    assert other.hear(_frame(0, mc_key=b"another key of i"))


def test_frames_of_others_and_of_forgers_are_refused():
    node = _Node(None, _setup())
    assert node.hear(_frame(0, address=_ADDR + 1)) is None
    assert node.hear(_frame(0, mc_key=b"of somebody else")) is None
    assert node.hear(_frame(1000)) is None  # beyond the last
    assert (node.counts["foreign"], node.counts["wrong mic"]) == (1, 2)
    # An empty slot has neither address nor key, which is no group that anybody could speak for.
    zeros = wire.build_data(wire.UNCONFIRMED_DOWN, 0, 0, 0, b"", 34, b"\0", Key(bytes(16)), Key(bytes(16)))
    assert node.hear(zeros) is None


def test_a_group_carries_orders_and_nothing_else():
    node = _Node(None, _setup())
    assert node.hear(_frame(0, port=words.SETUP_PORT)) is None
    assert node.hear(_frame(1, port=30)) is None
    assert node.hear(_frame(2, kind=wire.CONFIRMED_DOWN)) is None
    assert node.hear(_frame(3))


def test_a_setup_for_another_unit_gives_another_key():
    node = _Node(None, _setup(app_key=Key(b"app key of unit2")))
    assert node.hear(_frame(0)) is None


def test_four_groups_and_a_fifth_is_refused():
    node = _Node(None, *[_setup(slot, _ADDR + slot) for slot in range(4)])
    for slot in range(4):
        assert node.hear(_frame(0, address=_ADDR + slot))
    assert multicast.set_up(node.flash, _APP_KEY, _setup(4)) == b"\x02\x04"
    assert multicast.set_up(node.flash, _APP_KEY, b"\x02") == b"\x02\x04"
