"""From configuration to cards: which hats with which chips, on real or simulated silicon."""
