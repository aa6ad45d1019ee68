"""A flow tried on a simulated call: the engine's own rules on a configuration that need not be in force."""
