# ruff: noqa: F821 - MicroPython's build gives these functions to a manifest.
"""The firmware, as the manifest of every board freezes it. Frozen starters go before those on the flash."""

module("boot.py", base_path="../firmware")
module("main.py", base_path="../firmware")
package("corolle", base_path="../firmware")
