"""What MicroPython runs after boot.py: source, so as little as can be. The program stands in ROM."""

from corolle.start import run

run()
