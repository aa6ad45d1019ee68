"""Calls for pages: what is looked for, who may see it, how it is shown."""
