# ruff: noqa: F821 - MicroPython's build gives these functions to a manifest.
"""The image of lamp-esp32 with the firmware frozen in. In MicroPython's ports/esp32, one command:

make BOARD=ESP32_GENERIC
    FROZEN_MANIFEST=.../boards/lamp-esp32/manifest.py
"""

include("$(PORT_DIR)/boards/manifest.py")
include("../manifest.py")
