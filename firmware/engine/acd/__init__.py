"""Who serves whom: the automatic call distributor, what it knows of callers, and what theory says of queues."""
