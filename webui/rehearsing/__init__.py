"""A past day, or the expected one, played with a draft before it is applied: in a process of its own, one at a time."""
