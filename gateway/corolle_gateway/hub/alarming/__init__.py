"""Alarms in the making: what tells of them, the book they stand in, what is published of them."""
