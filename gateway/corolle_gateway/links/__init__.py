"""Radio links: each yields uplinks and takes downlinks."""
