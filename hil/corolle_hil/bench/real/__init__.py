"""A rig of real boards on serial ports. Tried over pseudo-terminals, it has never met hardware."""
