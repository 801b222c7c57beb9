"""Whole boards together: the same log for the same seed, and what the shim takes of a heap."""

from corolle_hil.forkserver import ForkServer
from corolle_hil.heap import measure_share

_GOSSIP = (
    "import asyncio, bluetooth, os\n"
    "ble = bluetooth.BLE(); ble.active(True); heard = []\n"
    "def irq(event, data):\n"
    "    if event == 5: heard.append((bytes(data[1])[5], data[3], bytes(data[4]).hex()))\n"
    "ble.irq(irq); ble.gap_scan(0, 60000, 30000)\n"
    "async def main():\n"
    "    while True:\n"
    "        ble.gap_advertise(100000, os.urandom(4), connectable=False)\n"
    "        await asyncio.sleep(1)\n"
    "        print(heard); heard.clear()\n"
    "asyncio.run(main())\n"
)


def _gossip(yard, seed: int) -> list[tuple[int, str, str]]:
    here = yard(seed=seed, loss=0.1)
    for number in range(4):
        here.board(f"post{number}", 27.0 * number, _GOSSIP)
    here.run(8)
    return here.log


def test_the_same_seed_gives_the_same_log(yard):
    first, second, other = (_gossip(yard, seed) for seed in (5, 5, 6))
    assert len(first) == 4 * 7
    assert sum(line.count("(") for _, _, line in first) > 50
    assert first == second != other


def test_the_simulations_share_of_a_heap_stays_what_it_is(forks: ForkServer):
    """About 11 KB of it is `bluetooth`; it is added to what a node may use, so it costs the node nothing."""
    assert measure_share(forks) < 92_000
