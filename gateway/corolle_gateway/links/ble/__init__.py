"""Units near the gateway, over Bluetooth Low Energy: what they advert, and what they are asked."""
