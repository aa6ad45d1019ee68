"""Voicemail: leaving messages and hearing them, greetings, PINs, lamps, daily checks."""
