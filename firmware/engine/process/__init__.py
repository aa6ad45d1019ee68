"""The process around the deciding half: sockets, journal, snapshots, recovery, versions that follow one another."""
