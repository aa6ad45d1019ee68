"""Calls as people look for them: search, and the story of one."""
