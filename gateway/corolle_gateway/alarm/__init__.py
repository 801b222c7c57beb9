"""Alarms: what they are, and for each kind how grave it is, what the crew brings and where it looks first."""
