"""What fraudsters dial: prefixes doubled and mixed, forms of URIs, escapes, foreign digits, pauses, tails."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

ABROAD = ("12125551234", "2204412345", "882345678901", "37112345678", "2465551234", "870773111632")
"""The United States, Gambia, a satellite, Latvia, Barbados, Inmarsat: country codes before them."""
PREMIUM = ("16812345", "16012345678", "9001234567", "9764321", "2129761234", "12590123456")
TOWN = ("62345678", "13912345678", "02162345678", "95588", "110", "911", "2125551234", "801", "8")
PREFIXES = (
    "", "+", "00", "000", "0000", "900", "9011", "011", "9", "99", "90", "0", "+00", "00+", "++", "0+", "9+", "9+00",
    "0086", "+86", "008600", "+8600", "+86011", "00860", "0086010", "010", "01000", "17909", "1790900", "1790917909",
    "12593", "1259300", "10193", "19300", "1930", "1010288011", "101028801", "1", "1011", "01", "+1", "+1011", "+1900",
    "*", "#", "*67", "#31#", "*82", "110", "11000", "119", "91", "9100", "91011", "801", "80100", "700", "*66", "*701",
)  # fmt: skip
TAILS = (
    "00112125551234",
    "0",
    "#",
    "*",
    "##",
    ",,0012125551234",
    "p1900",
    "w00",
    ";ext=00",
    "%23",
    "16812345",
)
ABROAD_WHOLE = "0012125551234"
FULL_WIDTH = "".join(chr(0xFEE0 + ord(one)) for one in ABROAD_WHOLE)
ARABIC = "".join(chr(0x660 + int(one)) for one in ABROAD_WHOLE)
DEVANAGARI = "".join(chr(0x966 + int(one)) for one in ABROAD_WHOLE)
SUPERSCRIPT = "⁰⁰¹²¹²⁵⁵⁵¹²³⁴"
FORMS = (
    "sip:{}@box", "sips:{}@box", "tel:{}", "tel:{};phone-context=+1", "tel:{};phone-context=box",
    "sip:{};phone-context=+1@box",
    "sip:{}:secret@box", "sip:{}@box;user=phone", "sip:{}@203.0.113.9", "sip:{}@box?Diversion=%3Csip:801@box%3E",
    "sip:{}@box?Replaces=1%3Bto-tag%3D1%3Bfrom-tag%3D1", "<sip:{}@box>;method=INVITE", '"110" <sip:{}@box>',
    "sip:801@box <sip:{}@box>", "sip:%39{}@box", "sip:{}%00@box", "sip:%2B{}@box", "sip:{}%3B@box", "sip:%{}@box",
    "SIP:{}@BOX", "sip:{}@box;maddr=203.0.113.9", "sip:801;{}@box", "sip:801@{}", "sip:tel:{}@box", "tel:+{}",
    "tel:9-{}", "tel:9(0)0{}", "sip:9 {}@box", "sip:9-0-0{}@box", "sip:9.{}@box", "sip:{}@box,sip:801@box", "{}", "9{}",
)  # fmt: skip
ODD = (
    *(f"9{one}" for one in (FULL_WIDTH, ARABIC, DEVANAGARI, SUPERSCRIPT)),
    *(FULL_WIDTH, ARABIC, DEVANAGARI, SUPERSCRIPT, "９0012125551234", "9００12125551234"),
    *(
        "9\x000012125551234",
        "9\r\n0012125551234",
        "9\t0012125551234",
        "9\u200b0012125551234",
        "9\u202e43215552121",
    ),
    *(
        "9\ud8000012125551234",
        "9" * 64,
        "9" + "0" * 200,
        "9001-212-FLOWERS",
        "ABCD9001212555",
        "9ooIzIzSSSIZ3A",
    ),
    *(
        "",
        " ",
        "9",
        "90",
        "900",
        "9001",
        "+",
        "9+",
        "@",
        "''",
        "9;0012125551234",
        "9'OR 1=1",
        "9{0}",
        "{digits}",
    ),
)


def strings(least: int = 1100) -> list[str]:
    """At least so many, always the same, each once."""
    found = dict.fromkeys(itertools.chain(_numbers(), _tails(), _forms(), ODD))
    assert len(found) >= least, len(found)
    return list(found)


def _numbers() -> Iterator[str]:
    """All prefixes before all that costs, with the outside prefix and without; before what is harmless by turns."""
    for place, prefix in enumerate(PREFIXES):
        for number in (*ABROAD, *PREMIUM):
            yield f"9{prefix}{number}"
        yield f"{prefix}{ABROAD[place % len(ABROAD)]}"
        yield f"9{prefix}{TOWN[place % len(TOWN)]}"
        yield f"9{prefix}{PREFIXES[-place]}{ABROAD[-place % len(ABROAD)]}"


def _tails() -> Iterator[str]:
    for number, tail in itertools.product(TOWN, TAILS):
        yield f"9{number}{tail}"


def _forms() -> Iterator[str]:
    for form, number in itertools.product(
        FORMS, (f"9{ABROAD_WHOLE}", "+12125551234", "9011442079460000", "916812345")
    ):
        yield form.format(number)


def keys(text: str) -> str:
    """What of it a telephone has keys for."""
    return "".join(one for one in text if one in "0123456789*#")
