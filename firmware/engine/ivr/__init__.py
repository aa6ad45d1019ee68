"""Call flows: nodes, expressions, look-ups, surveys."""
