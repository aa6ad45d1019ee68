"""What the processes say to one another: events, commands, facts, journal records, rings."""
