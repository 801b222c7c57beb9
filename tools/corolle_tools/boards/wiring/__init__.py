"""A picture of a board's wiring: a page of A4 as SVG."""
