"""Builds pjproject and its Python binding `pjsua2` with a switchboard's limits, once a machine, as a wheel.

What is built, why and how it is pinned: docs/decisions/sip-build.md. Only the standard library is used here.
"""
