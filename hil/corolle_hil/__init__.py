"""The virtual street: genuine firmware, simulated chips, one clock."""
