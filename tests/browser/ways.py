"""Ways from one page to another: each returns when the next page is there and its scripts hear a click.

Playwright's own `click` waits for a page only where the browser has asked for it by the time the click is over, which
a machine with much to do has not.
"""

from __future__ import annotations

from playwright.sync_api import Locator, Page

PASSWORD = "nine quiet herons"


def follow(page: Page, what: str | Locator) -> None:
    """Clicks on what leads to another page (the first, of a selector)."""
    target = page.locator(what).first if isinstance(what, str) else what
    with page.expect_navigation():
        target.click()


def first_run(page: Page, home: str) -> None:
    """At the address of a box that nobody has set up, anna becomes its first administrator; the interview follows."""
    page.goto(home)
    for name, value in (("name", "anna"), ("password", PASSWORD), ("again", PASSWORD)):
        page.fill(f"#f-{name}", value)
    follow(page, "button.main")
    assert page.url.endswith("/interview"), page.url


def sign_in(page: Page, name: str = "anna", password: str = PASSWORD, language: str = "") -> None:
    """By the form of the page that is open; the next page is in that language (empty: in whichever it is)."""
    page.fill("[name=name]", name)
    page.fill("[name=password]", password)
    follow(page, "main button.main")
    if language and page.locator("html").get_attribute("lang") != language:
        follow(page, ".languages button")
