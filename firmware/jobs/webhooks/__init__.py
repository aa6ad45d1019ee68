"""Webhooks: each program that is told by POST what happens has a thread, a place in the journal, its own patience."""
