"""`corolle sanitary`: the "fichier sanitaire" of a canopy, as the authorities ask for it."""
