"""When a concentrator may send: figures of Semtech's packet forwarder for the SX1302."""

from corolle_hil.world.jit_queue import JitQueue, unwrap_us

SECOND = 1_000_000
AIRTIME = 200_000


def test_a_frame_needs_its_time_to_be_programmed():
    assert JitQueue().admit(0, 42_500, AIRTIME) == "TOO_LATE"
    assert JitQueue().admit(0, 42_501, AIRTIME) is None
    assert JitQueue().admit(SECOND, 0, AIRTIME) == "TOO_LATE"


def test_a_frame_far_ahead_is_too_early():
    assert JitQueue().admit(0, 512 * SECOND + 1, AIRTIME) == "TOO_EARLY"
    assert JitQueue().admit(0, 512 * SECOND, AIRTIME) is None


def test_frames_must_not_overlap_with_their_margins():
    queue = JitQueue()
    assert queue.admit(0, SECOND, AIRTIME) is None
    assert queue.admit(0, SECOND + AIRTIME, AIRTIME) == "COLLISION_PACKET"
    assert queue.admit(0, SECOND + AIRTIME + 42_500, AIRTIME) is None
    assert queue.admit(0, SECOND - AIRTIME, AIRTIME) == "COLLISION_PACKET"


def test_an_immediate_frame_leaves_a_second_later_or_after_what_is_queued():
    queue = JitQueue()
    assert queue.soonest_us(0, AIRTIME) == SECOND
    queue.admit(0, SECOND, AIRTIME)
    soonest = queue.soonest_us(0, AIRTIME)
    assert SECOND + AIRTIME < soonest < SECOND + AIRTIME + 100_000
    assert queue.admit(0, soonest, AIRTIME) is None


def test_what_has_been_sent_is_forgotten():
    queue = JitQueue()
    queue.admit(0, SECOND, AIRTIME)
    queue.forget(SECOND + AIRTIME)
    assert queue.soonest_us(SECOND + AIRTIME, AIRTIME) == 2 * SECOND + AIRTIME


def test_timestamps_wrap_at_32_bits():
    wrap = 1 << 32
    assert unwrap_us(500, wrap - 500) == wrap + 500
    assert unwrap_us(wrap - 500, wrap + 500) == wrap - 500
    assert unwrap_us(7, 3 * wrap) == 3 * wrap + 7
