"""Causes of release between ITU-T Q.850 and SIP: RFC 3398 (7.2.4.1, 8.2.6.1) and the Reason header of RFC 3326."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

NORMAL = 16
INTERWORKING = 127

STATUS_OF: Mapping[int, int] = {
    1: 404,
    2: 404,
    3: 404,
    16: 480,
    17: 486,
    18: 408,
    19: 480,
    20: 480,
    21: 403,
    22: 410,
    23: 410,
    26: 404,
    27: 502,
    28: 484,
    29: 501,
    31: 480,
    34: 503,
    38: 503,
    41: 503,
    42: 503,
    47: 503,
    55: 403,
    57: 403,
    58: 503,
    65: 488,
    70: 488,
    79: 501,
    87: 403,
    88: 503,
    102: 504,
    111: 500,
    127: 500,
}
"""RFC 3398 7.2.4.1, of a call that was not answered; 16 before the answer is what a callee without words says."""

CAUSE_OF: Mapping[int, int] = {
    400: 41,
    401: 21,
    402: 21,
    403: 21,
    404: 1,
    405: 63,
    406: 79,
    407: 21,
    408: 102,
    410: 22,
    413: 127,
    414: 127,
    415: 79,
    416: 127,
    420: 127,
    421: 127,
    423: 127,
    480: 18,
    481: 41,
    482: 25,
    483: 25,
    484: 28,
    485: 1,
    486: 17,
    487: 16,
    488: 79,
    500: 41,
    501: 79,
    502: 38,
    503: 41,
    504: 102,
    505: 127,
    513: 127,
    600: 17,
    603: 21,
    604: 1,
    606: 79,
}
"""RFC 3398 8.2.6.1; 487 answers our own CANCEL."""

_REASON = re.compile(r"\bQ\.850\s*;(?:[^,\"]|\"[^\"]*\")*?\bcause\s*=\s*(\d{1,3})\b", re.IGNORECASE)


def status_of(cause: int) -> int:
    """The final answer that says this cause to a caller who was not answered."""
    return STATUS_OF.get(cause, 480 if cause < 32 else 500)


def reason_header(cause: int) -> str:
    return f"Q.850;cause={cause}"


def cause_of(status: int, reasons: Iterable[str] = ()) -> int:
    """Q.850 cause of a call that ended with this status; a Reason header that names one goes before (RFC 6432)."""
    for reason in reasons:
        found = _REASON.search(reason)
        if found and 0 < int(found[1]) < 128:
            return int(found[1])
    if status < 300:
        return NORMAL
    return CAUSE_OF.get(status, INTERWORKING)
