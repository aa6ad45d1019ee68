"""National numbering plans as data, by country code: what the trunk and international prefixes do not tell.

Figures from the countries' published plans (ITU-T E.164 national listings). Patterns are of ASCII digits and
match from the start; all are linear. A country that is not here is served by the prefixes alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

_pattern = partial(re.compile, flags=re.ASCII)
_NEVER, _ANYTHING = _pattern(r"(?!)"), _pattern(r"")

# NANP codes outside the United States and Canada: dialled like any national call, charged as abroad.
_CARIBBEAN = "242|246|264|268|284|345|441|473|649|658|664|721|758|767|784|809|829|849|868|869|876"


@dataclass(frozen=True, slots=True)
class Numbering:
    """Patterns of one country; `national` and what follows it are of numbers without trunk prefix."""

    national: re.Pattern[str] = _NEVER
    """Whole national numbers that are shown or dialled without trunk prefix."""
    local: re.Pattern[str] = _ANYTHING
    """As dialled: whole numbers within an area, without any prefix."""
    fixed: re.Pattern[str] = _NEVER
    """As dialled: complete, nothing can follow."""
    service: re.Pattern[str] = _NEVER
    """As dialled: short codes and freephone, which have no E.164 form or cost nothing."""
    premium: re.Pattern[str] = _NEVER
    abroad: re.Pattern[str] = _NEVER
    """Dialled like a national number, charged as abroad."""
    area: re.Pattern[str] = _NEVER
    """Area codes behind which a subscriber's number of a premium service may stand as well."""
    nowhere: re.Pattern[str] = _NEVER
    """What no national number begins with. An exchange that gets it nevertheless may read on as if it were dialled."""
    operator: re.Pattern[str] = _NEVER
    """As dialled: beginnings of what leads to an operator, who connects to anywhere."""
    carrier: tuple[tuple[re.Pattern[str], str], ...] = ()
    """Carrier selection in front of a number and what stands there without it."""


UNKNOWN = Numbering()

PLANS: Mapping[str, Numbering] = {
    "86": Numbering(
        national=_pattern(r"1[3-9]\d{9}$|[48]00\d{7}$"),
        fixed=_pattern(r"0?1[3-9]\d{9}$|[48]00\d{7}$"),
        local=_pattern(r"[2-8]\d{6,7}$"),
        service=_pattern(r"1(?!2590|(?:259?|019?|180?)$)[012]\d{1,4}$|9[56]\d{3,6}$|[48]00\d{7}$"),
        premium=_pattern(r"16[08]\d+$|12590\d*$"),
        area=_pattern(r"10|2\d|[3-9]\d\d"),
        nowhere=_pattern(r"0|179\d\d|12593"),
        carrier=((_pattern(r"179\d\d|12593|10193|11808"), ""), (_pattern(r"19[0-9](?=0)(?!\d{8}$)"), "")),
    ),
    "1": Numbering(
        national=_pattern(r"[2-9]\d{2}[2-9]\d{6}$"),
        fixed=_pattern(r"1?[2-9]\d{2}[2-9]\d{6}$|[2-9]11$"),
        local=_pattern(r"[2-9]\d{6}$"),
        service=_pattern(r"[2-9]11$|1?8(?:00|33|44|55|66|77|88)\d{7}$"),
        premium=_pattern(r"900\d*$|976\d{4}$|[2-9]\d{2}976\d{4}$"),
        abroad=_pattern(rf"(?:{_CARIBBEAN})\d{{7}}"),
        nowhere=_pattern(r"[01]"),
        operator=_pattern(r"0"),
        carrier=(
            (_pattern(r"101\d{4}"), ""),
            (_pattern(r"01(?=[2-9]\d{6})"), "011"),
            (_pattern(r"0(?=[2-9]\d{9}$)"), "1"),
        ),
    ),
    "44": Numbering(
        local=_pattern(r"[2-9]\d{4,7}$"),
        service=_pattern(r"1\d{2}$|1\d{5}$|0?80[08]\d{6,7}$"),
        premium=_pattern(r"9\d+$|87\d+$|118\d{3}$|70\d{8}$"),
        carrier=((_pattern(r"1[2-9]\d{2}(?=0)"), ""),),
    ),
    "49": Numbering(
        local=_pattern(r"[2-9]\d{2,8}$"),
        service=_pattern(r"11[0-7]\d{0,3}$|0?800\d{7}$"),
        premium=_pattern(r"900\d+$|137\d+$|118\d{2,3}$|18[0-9]\d+$|191\d+$"),
        carrier=((_pattern(r"0100\d\d|010[1-9]\d"), ""),),
    ),
    "33": Numbering(
        local=_NEVER,
        fixed=_pattern(r"0[1-79]\d{8}$"),
        service=_pattern(r"1[0157]\d{0,2}$|0?80\d{7}$|11[2456]\d{0,3}$"),
        premium=_pattern(r"8[129]\d+$|3\d{3}$|118\d{3}$"),
        carrier=((_pattern(r"16\d\d(?=0)"), ""),),
    ),
    "7": Numbering(
        national=_pattern(r"[3489]\d{9}$"),
        local=_pattern(r"[2-7]\d{4,6}$"),
        service=_pattern(r"1\d{1,2}$|0[1-4]$|8?800\d{7}$"),
        premium=_pattern(r"80[3-9]\d{7}$"),
    ),
    "91": Numbering(
        national=_pattern(r"[6-9]\d{9}$"),
        fixed=_pattern(r"0?[6-9]\d{9}$"),
        local=_pattern(r"[2-7]\d{5,7}$"),
        service=_pattern(r"1(?!86|90)\d{2}$|1800\d{6,7}$|1\d{4}$"),
        premium=_pattern(r"1?900\d+$|1?86[0-9]\d+$"),
    ),
    "55": Numbering(
        national=_pattern(r"[1-9]{2}9?\d{8}$"),
        local=_pattern(r"[2-9]\d{7,8}$"),
        service=_pattern(r"1\d{2}$|10\d{3}$|0?800\d{6,7}$"),
        premium=_pattern(r"[359]00\d+$"),
        carrier=((_pattern(r"0\d\d(?=[1-9]{2}9?\d{8}$)"), "0"), (_pattern(r"00\d\d(?=[1-9]\d{7,})"), "00")),
    ),
    "886": Numbering(
        local=_pattern(r"[2-8]\d{5,7}$"),
        fixed=_pattern(r"09\d{8}$"),
        service=_pattern(r"1\d{2}$|0?80[09]\d{6}$"),
        premium=_pattern(r"20[349]\d+$"),
    ),
}
