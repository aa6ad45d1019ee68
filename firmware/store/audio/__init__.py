"""Recordings for listening: opened safely, drawn, and told to the audit."""
