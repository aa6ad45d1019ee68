"""What may take long, in a process of its own: look-ups for callers, mail. It knows no call and decides nothing."""
