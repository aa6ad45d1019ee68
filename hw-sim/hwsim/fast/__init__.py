"""The event-level model of lines, telephones and people: no silicon, no audio, the same people."""
