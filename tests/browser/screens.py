"""Pictures of the pages for `docs/screens`, taken by their tests where the environment asks; nothing is compared."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser.browser import ROOT, User

VARIABLE = "TIPRING_SCREENS"
FOLDER = ROOT / "docs/screens"


def keep(user: User, name: str, folder: Path = FOLDER) -> Path | None:
    """`NAME.LANGUAGE.SCREEN.png` of the whole page as it is now; None where nobody asked for pictures."""
    if not os.environ.get(VARIABLE):
        return None
    place = folder / f"{name}.{user.language.split('-')[0]}.{user.screen.name}.png"
    user.page.wait_for_load_state()
    user.page.evaluate("scrollTo(0, 0)")  # what sticks to the top would stand in the middle
    user.page.screenshot(path=place, full_page=True, animations="disabled", caret="hide", scale="css")
    return place
