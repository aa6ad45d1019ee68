"""What can go wrong while pjsua2 is built."""


class BuildError(Exception):
    """Root; the text is for the person who ran `make setup`."""


class SourceMissing(BuildError, OSError):
    """No source of pjproject is cached and none can be reached."""


class SourceRefused(BuildError, ValueError):
    """The source is damaged, another than wanted, or too old."""
