"""What stands in one cell of a table of contacts, there and back. No cell acts in a spreadsheet; none is changed."""

from __future__ import annotations

import unicodedata

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet takes a text that begins so for a formula."""
_MARKED = (*ACTIVE, "'")
_YES = frozenset(("1", "yes", "y", "true", "vip", "x", "是", "有", "√", "✓", "对"))
_NO = frozenset(("", "0", "no", "n", "false", "-", "否", "无", "×", "不是"))
_LANGUAGES = {
    "zh": "zh", "zh-cn": "zh", "chinese": "zh", "中文": "zh", "汉语": "zh", "普通话": "zh",
    "en": "en", "en-us": "en", "en-gb": "en", "english": "en", "英文": "en", "英语": "en",
}  # fmt: skip


def inert(text: str) -> str:
    """With an apostrophe in front of what would act; `plain` takes exactly that one away."""
    return f"'{text}" if text.startswith(_MARKED) else text


def plain(cell: str) -> str:
    """What people wrote: without the apostrophe of `inert`, and spaces around."""
    text = cell.strip(" \u3000\xa0\ufeff")
    return text[1:] if text.startswith("'") and text[1:].startswith(_MARKED) else text


def key(text: str) -> str:
    """Of names of columns and words to choose from."""
    return "".join(
        one for one in unicodedata.normalize("NFKC", text).casefold() if one not in " _.*:\ufeff\t"
    )


def yes_or_no(text: str) -> bool | None:
    """None: neither."""
    word = key(text)
    return True if word in _YES else False if word in _NO else None


def language(text: str) -> str:
    """`zh`, `en`; what is neither stays as it is, and is a fault."""
    return _LANGUAGES.get(key(text), text)


def whole(text: str) -> int | None:
    """0 for an empty one; None for what is no small whole number."""
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
