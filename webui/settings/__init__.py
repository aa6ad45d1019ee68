"""The configuration as people and programs put it in force."""
