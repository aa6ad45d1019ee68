"""Prompts on pages: what a change makes of the configuration, who uses one, sounds for the browser."""
