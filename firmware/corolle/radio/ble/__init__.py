"""BLE on a node, thin, over MicroPython's `bluetooth`: adverts, the presence wave, a crew's service."""
