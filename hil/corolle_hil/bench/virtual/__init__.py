"""A rig that is simulated: any piece of furniture, at once, in virtual time."""
