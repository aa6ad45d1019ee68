"""Backup and restore: one encrypted, versioned, authenticated file of everything a box remembers."""
