"""In which language somebody is answered: his own choice, his browser's, the site's."""

from __future__ import annotations

from flask import g, request

from webui.access.people import Person
from webui.site import the_site
from webui.words import LANGUAGES, say

COOKIE = "language"


def language() -> str:
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _chosen()
    return found


def _chosen() -> str:
    person: Person | None = g.get("person")
    for wish in (person.language if person else "", request.cookies.get(COOKIE, "")):
        if wish in LANGUAGES:
            return wish
    best = request.accept_languages.best_match(["zh", "en", "zh-CN", "zh-TW", "zh-HK", "en-US", "en-GB"])
    return (best or the_site().config.site.language or "en")[:2]


def t(key: str, /, **values: object) -> str:
    return say(language(), key, **values)
