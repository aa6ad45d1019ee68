"""Telephones of the house and how they are reached: ringing, holding, transfer, parking, groups, rooms."""
