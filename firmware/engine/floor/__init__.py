"""Queues and their people: waiting, offers, agents' states and pauses, call-backs, supervisors."""
