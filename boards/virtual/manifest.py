# ruff: noqa: F821 - MicroPython's build gives these functions to a manifest.
"""MicroPython's unix port with the firmware frozen in. In MicroPython's ports/unix, one command:

make FROZEN_MANIFEST=.../boards/virtual/manifest.py
"""

include("$(PORT_DIR)/variants/standard/manifest.py")
include("../manifest.py")
