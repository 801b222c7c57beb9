"""The street around the boards: radio air, weather, soil, water and passers-by."""
