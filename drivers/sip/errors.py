"""What the SIP driver raises."""

from drivers.ports import DriverError


class SipError(DriverError):
    """Root. pjlib's own words are in the text."""


class SipUnavailable(SipError, ImportError):
    """pjsua2 is not built on this machine."""


class NoSuchCall(SipError, LookupError):
    """The call has ended, or never was."""


class BadHeader(SipError, ValueError):
    """A header that would smuggle in another."""


class BadBlocks(SipError, ValueError):
    """Shared memory that was not laid out for legs."""
