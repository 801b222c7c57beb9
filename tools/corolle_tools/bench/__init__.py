"""Benchmarks of the gateway, kept so that a figure can be measured again."""
