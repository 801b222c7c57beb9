"""The bench: tests written once, on simulated furniture or on real boards."""
