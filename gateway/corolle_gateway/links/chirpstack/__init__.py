"""ChirpStack in place of a network server of our own: its events in, messages for its queues out."""
