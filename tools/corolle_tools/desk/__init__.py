"""`corolle board`: a simulated board at a serial port of this machine."""
