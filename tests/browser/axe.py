"""axe-core on what a person sees now.

Its text comes with a Python package of the dev extra (MPL-2.0, used by tests alone). It runs in a world of its own
beside the page's scripts, where the page's content security policy neither stops it nor has to be loosened for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tests.browser.browser import User

PACKAGE = "axe_playwright_python"
GRAVE = ("serious", "critical")
RUN = "axe.run(document, {resultTypes: ['violations'], iframes: false}).then(found => found.violations)"


@dataclass(frozen=True)
class Violation:
    rule: str
    impact: str
    help: str
    places: tuple[str, ...]
    """CSS selectors."""

    def __str__(self) -> str:
        return f"{self.impact} {self.rule}: {self.help}: {', '.join(self.places)}"


@cache
def script() -> str:
    try:
        return files(PACKAGE).joinpath("axe.min.js").read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError) as missing:
        raise RuntimeError(f"axe-core is missing ({PACKAGE}): `make setup` installs it") from missing


def violations(user: User, impacts: tuple[str, ...] = GRAVE) -> list[Violation]:
    """Of all frames of the page, which a click may just have led to."""
    user.page.wait_for_load_state()
    frames = [user.cdp.send("Page.getFrameTree")["frameTree"]]
    found: list[Violation] = []
    while frames:
        tree = frames.pop()
        frames.extend(tree.get("childFrames", ()))
        found.extend(_of_frame(user, tree["frame"]["id"]))
    return [one for one in found if one.impact in impacts]


def check(user: User) -> None:
    """Raises AssertionError with each grave violation."""
    found = violations(user)
    assert not found, f"{user.page.url}\n" + "\n".join(map(str, found))


def _of_frame(user: User, frame: str) -> list[Violation]:
    world = user.cdp.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
    context = world["executionContextId"]
    _evaluate(user, context, script())
    return [
        Violation(
            rule["id"],
            rule["impact"] or "",
            rule["help"],
            tuple(str(part) for node in rule["nodes"] for part in node["target"]),
        )
        for rule in _evaluate(user, context, RUN)
    ]


def _evaluate(user: User, context: int, text: str) -> Any:
    told = user.cdp.send(
        "Runtime.evaluate",
        {"expression": text, "contextId": context, "awaitPromise": True, "returnByValue": True},
    )
    assert "exceptionDetails" not in told, told["exceptionDetails"]
    return told["result"].get("value")
