"""`corolle ble`: units within Bluetooth's reach, from a technician's laptop under the post."""
