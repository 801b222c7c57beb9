"""One chip or actuator each; bus and pins are handed in, and nothing here knows a board."""
