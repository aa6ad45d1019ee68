"""Strangers who mean no good: crowds of connections, floods, scans. The suites show that others notice nothing."""
