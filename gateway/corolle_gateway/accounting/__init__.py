"""The account of a month: energy, water and service of each unit, against baselines that are stated."""
