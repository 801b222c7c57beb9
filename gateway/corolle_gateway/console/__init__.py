"""Maintenance over a serial line: login, the live log, tables of units, orders, in French and English."""
