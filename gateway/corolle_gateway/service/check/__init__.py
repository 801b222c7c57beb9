"""`corolle-gateway check`: everything a gateway stands on, each line good or what to do."""
