"""What an ESP32 does before and around boot.py and main.py."""

import builtins
import gc
import os
import sys
import time

import bluetooth  # noqa: F401 - a native module of the port, and no file either
import esp32
import link
import machine
import onewire  # noqa: F401 - frozen into the port: a booted board looks for no file of it
import ops
import taskqueue
import uctypes
import vfs

sys.modules["_asyncio"] = taskqueue

import asyncio.core  # noqa: E402 - only now, on the street's clock

import ioqueue  # noqa: E402

asyncio.core.IOQueue = ioqueue.IOQueue
asyncio.core.new_event_loop()


partition = esp32.Partition()
_print = print


def _say(*args, **how):
    _print(*args, **how)
    link.stay()


builtins.print = _say


def up():
    """Take identity, reset cause and time from the world; the flash is `partition`."""
    born = link.call(ops.BORN)
    machine._identity, machine._cause = born[:6], born[6]
    time.born_us = int.from_bytes(born[7:15], "little")
    link.begin(time.born_us)
    partition.blocks = int.from_bytes(born[15:19], "little")


def mount(place):
    """Mount the flash, formatting a blank one, as the port's frozen _boot.py does."""
    try:
        vfs.mount(partition, place)
    except OSError:
        vfs.VfsLfs2.mkfs(partition)
        vfs.mount(vfs.VfsLfs2(partition), place)


def boot(main, *scripts):
    """Boot from the flash, and run scripts of it in the globals `main`."""
    up()
    vfs.umount("/")
    mount("/")
    os.chdir("/")
    sys.path[:] = ["", ".frozen", "/lib"]
    _map_rom(os.getenv("ROM"))
    for script in scripts:
        _run(script, main)


def _map_rom(place):
    """Mount the ROMFS partition, as the port does when it has one; `place`: its address and length."""
    if place:
        address, length = place.split()
        vfs.mount(vfs.VfsRom(uctypes.bytearray_at(int(address), int(length))), "/rom")
        sys.path.append("/rom")


def _run(name, main):
    """Run a script of the flash, as the port does; a crash is printed and leads to the prompt."""
    try:
        with open(name) as script:
            code = compile(script.read(), name, "exec")
    except OSError:
        return  # the port goes on without it, too
    gc.collect()
    try:
        exec(code, main)
    except Exception as error:  # noqa: BLE001 - whatever the script raised belongs on the console
        sys.print_exception(error)
