"""The BLE air of the street: adverts, scans and connections in street time, on Bumble's stack."""
