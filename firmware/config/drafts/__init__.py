"""Drafts: a configuration somebody is changing, before it is in force."""
