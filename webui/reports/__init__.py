"""Days and spans as figures and pictures."""
