"""A board on a desk: its console is a serial port of this machine, and time is real."""
