"""Image, first boot, updates, backup; now: the set-up step of a laptop or box."""
