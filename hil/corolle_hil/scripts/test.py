"""Run one test function; the arguments are its file, its name and the folder of the firmware, a line each."""

import sys

import power

import asyncio  # isort: skip - only now, on the board's clock

path, function, firmware = sys.argv[1].split("\n")
power.up()
sys.path.insert(0, firmware)
sys.path.insert(0, path.rsplit("/", 1)[0])
module = {"__name__": "test", "__file__": path}
with open(path) as file:
    exec(compile(file.read(), path, "exec"), module)
outcome = module[function]()
if hasattr(outcome, "send"):
    asyncio.run(outcome)
print("passed")
