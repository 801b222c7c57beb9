# ruff: noqa: F821 - MicroPython's build gives these functions to a manifest.
"""The image of heltec-v3 with the firmware frozen in. In MicroPython's ports/esp32, one command:

make BOARD=ESP32_GENERIC_S3
    FROZEN_MANIFEST=.../boards/heltec-v3/manifest.py
"""

include("$(PORT_DIR)/boards/manifest.py")
include("../manifest.py")
