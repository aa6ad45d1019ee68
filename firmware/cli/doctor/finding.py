"""One look at one thing, and its words in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from firmware.cli.doctor.said import CHECKS_ZH, Said
from firmware.cli.doctor.wordings import SAID
from firmware.config.faults import printable


class Finding(Struct, frozen=True):
    """`slug` says what was found, `data` fills its words. Wrong is what has a remedy."""

    slug: str
    data: Mapping[str, object] = {}

    @property
    def check(self) -> str:
        """What was looked at, by the name programs know."""
        return self.words.check

    def named(self, language: str) -> str:
        """The same for people."""
        return CHECKS_ZH[self.check] if language == "zh" else self.check

    @property
    def words(self) -> Said:
        return SAID[self.slug]

    @property
    def well(self) -> bool:
        return not self.words.wrong

    @property
    def seen(self) -> str:
        return self.said("en")[0]

    @property
    def remedy(self) -> str:
        return self.said("en")[1]

    def said(self, language: str) -> tuple[str, str]:
        """What was seen, and what to do (empty where there is nothing to do). Foreign text in it cannot act."""
        words = self.words
        texts = (words.zh, words.zh_remedy) if language == "zh" else (words.en, words.en_remedy)
        shown = {name: printable(str(value)) for name, value in self.data.items()}
        return texts[0].format_map(shown), texts[1].format_map(shown)

    def as_dict(self, language: str) -> dict[str, object]:
        """For `--json`."""
        seen, remedy = self.said(language)
        return {"check": self.check, "slug": self.slug, "well": self.well, "seen": seen, "remedy": remedy}
