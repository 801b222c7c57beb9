"""Nights of one lamp post in virtual time, and what they are held against."""
