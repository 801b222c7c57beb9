"""`corolle flash`: from a bare board to a unit, and safe to repeat."""
