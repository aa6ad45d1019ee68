"""What is wrong with a file, where, and what to do about it, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from firmware.config.lines import Path

LANGUAGES = ("en", "zh")


class Wording(Struct, frozen=True):
    """One kind of fault; `{words}` are filled from a finding's data."""

    slug: str
    en: str
    en_remedy: str
    zh: str
    zh_remedy: str
    warning: bool = False
    """Worth saying, but the file can be used."""


class Finding(Struct, frozen=True):
    """What a check found at a path of the document."""

    path: Path
    wording: Wording
    data: Mapping[str, object] = {}


class Fault(Struct, frozen=True):
    """`line` is from 1; 0 means the file as a whole."""

    file: str
    line: int
    key: str
    """`queue[0].strategy`: places in arrays are counted from 0, as in the exported document."""
    wording: Wording
    data: Mapping[str, object] = {}

    @property
    def slug(self) -> str:
        return self.wording.slug

    @property
    def warning(self) -> bool:
        return self.wording.warning

    @property
    def message(self) -> str:
        return self.said("en")[0]

    @property
    def remedy(self) -> str:
        return self.said("en")[1]

    def said(self, language: str) -> tuple[str, str]:
        """Message and remedy; English where the language is none of ours."""
        words = self.wording
        texts = (words.zh, words.zh_remedy) if language == "zh" else (words.en, words.en_remedy)
        shown = {name: printable(str(value)) for name, value in self.data.items()}
        return texts[0].format_map(shown), texts[1].format_map(shown)

    def as_dict(self, language: str = "en") -> dict[str, object]:
        """For `--json`."""
        message, remedy = self.said(language)
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "kind": "warning" if self.warning else "fault",
            "slug": self.slug,
            "message": message,
            "remedy": remedy,
        }


def printable(text: str) -> str:
    """A file's text goes to a terminal: nothing in it may act there."""
    return "".join(one if one.isprintable() else "?" for one in text)


def key_text(path: Path) -> str:
    parts = [f"[{one}]" if isinstance(one, int) else f".{printable(one)}" for one in path]
    return "".join(parts).lstrip(".")


def beneath(path: Path, findings: Iterable[Finding]) -> list[Finding]:
    """The same findings for a document that stands inside another one."""
    return [Finding((*path, *one.path), one.wording, one.data) for one in findings]


def usable(faults: Sequence[Fault]) -> bool:
    return all(fault.warning for fault in faults)


_LABELS = {"en": ("fault", "warning", "remedy"), "zh": ("错误", "提醒", "办法")}


def render_faults(faults: Sequence[Fault], language: str = "en") -> str:
    """One block for each fault: where, what, and what to do."""
    return "\n".join(_render(fault, language) for fault in faults)


def _render(fault: Fault, language: str) -> str:
    fault_word, warning_word, remedy_word = _LABELS.get(language, _LABELS["en"])
    message, remedy = fault.said(language)
    kind = warning_word if fault.warning else fault_word
    key = f" [{fault.key}]" if fault.key else ""
    where = f"{fault.file}:{fault.line}" if fault.line else fault.file
    return f"{where}: {kind}: {message}{key}\n    {remedy_word}: {remedy}"
