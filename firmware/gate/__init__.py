"""The gate: a process that speaks the Asterisk Manager Interface to programs of this machine.

A client of the engine like any other: it gives orders over the order socket, reads the journal's ring and decides
nothing. What the fields mean is from Asterisk's public documentation of its manager interface; no code of it is here.
"""
