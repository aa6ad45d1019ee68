"""business.db: the business's own memory — its contacts, notes about them, and how calls were wrapped up.

Written by the web process and the command line; everybody else reads. No pages are here, and no calls.
"""
