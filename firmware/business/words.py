"""Text as it is looked for: letters without case and accents, every Chinese character a word of its own."""

from __future__ import annotations

import re
import unicodedata

_HAN = re.compile(
    r"[\u2e80-\u2fff\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    r"\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
MOST_WORDS = 8
LONGEST_WORD = 40


def folded(text: str) -> str:
    """Words with one space between; nothing else is left of it."""
    parted = unicodedata.normalize("NFKD", text)
    bare = "".join(one for one in parted if not unicodedata.combining(one))
    plain = unicodedata.normalize("NFC", bare).casefold()
    spaced = "".join(one if one.isalnum() else " " for one in plain)
    return " ".join(_HAN.sub(r" \g<0> ", spaced).split())


def query(text: str) -> str:
    """For FTS5: every piece of the text stands somewhere, its last word perhaps begun only. Empty: nothing to find."""
    pieces = (folded(piece[:LONGEST_WORD]) for piece in text.split()[:MOST_WORDS])
    return " AND ".join(f'"{piece}"*' for piece in pieces if piece)
