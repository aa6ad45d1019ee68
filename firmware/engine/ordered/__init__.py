"""Orders of pages and programs: what a telephone's user does by keys, done for him; what supervisors order."""
