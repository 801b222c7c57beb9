# ruff: noqa: F821 - MicroPython's build gives these functions to a manifest.
"""The image of lilygo-t3-s3 with the firmware frozen in. In MicroPython's ports/esp32, one command:

make BOARD=ESP32_GENERIC_S3 BOARD_VARIANT=FLASH_4M
    FROZEN_MANIFEST=.../boards/lilygo-t3-s3/manifest.py
"""

include("$(PORT_DIR)/boards/manifest.py")
include("../manifest.py")
