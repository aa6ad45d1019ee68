"""`/api/v1`: programs with tokens. One table of operations makes the routes, what they take, and their description."""
