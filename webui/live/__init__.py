"""How things stand now: the engine's own word, told to browsers as it changes."""
