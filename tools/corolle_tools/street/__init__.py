"""`corolle street`: the virtual street with its gateway and broker, and what one sees of it."""
