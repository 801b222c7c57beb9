"""The gateway in service: watched over by systemd, measured, checked, backed up and restored."""
