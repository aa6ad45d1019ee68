"""A day of the box's own history, played again through the box in virtual time with this or that configuration."""
