"""Simulated chips and actuators, at the level of their registers and pins."""
