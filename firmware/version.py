"""Which firmware this is; the same as in pyproject.toml (a test holds it)."""

VERSION = "0.1.0"
