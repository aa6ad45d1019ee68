"""Per-port machines without I/O, one for each noun: offer, dialling, supervision; telephone; alarm.

Each has `handle(given, now_us) -> list[Out]` and `deadline_us`; what it wants done comes out as data.
"""
