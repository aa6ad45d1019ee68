"""Flows as drawings: which boxes and lines there are, where they stand, what differs, and a call tried through them."""
