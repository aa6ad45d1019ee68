"""Drafts of the configuration as pages: where a part stands, a form's texts as values and back, keeping changes."""
