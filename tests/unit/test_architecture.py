from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/ARCHITECTURE.md", "docs/acceptance.md", "README.md", "CHANGELOG.md", "docs/GLOSSARY.md")
REFERENCE = re.compile(r"`([\w./-]+\.(?:py|c|h|toml|conf|md|sh|service))(?::([\w.]+))?`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")

pytestmark = pytest.mark.lint


def texts() -> list[tuple[Path, str]]:
    return [(ROOT / page, (ROOT / page).read_text("utf-8")) for page in PAGES if (ROOT / page).exists()]


def names_in(path: Path) -> set[str]:
    """Functions, classes, their methods and module or class variables, dotted."""
    found: set[str] = set()

    def look(body: list[ast.stmt], before: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                found.add(before + node.name)
                look(node.body, f"{before}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(before + node.name)
            elif isinstance(node, ast.AnnAssign | ast.Assign):
                targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
                found.update(before + ast.unparse(target) for target in targets)

    look(ast.parse(path.read_text("utf-8")).body, "")
    return found


def test_every_file_and_function_named_in_the_documents_exists() -> None:
    wrong = []
    for page, text in texts():
        for file, name in REFERENCE.findall(text):
            path = ROOT / file
            if "/" in file and not path.is_file():
                wrong.append(f"{page.name}: no file {file}")
            elif name and name not in names_in(path):
                wrong.append(f"{page.name}: no {name} in {file}")
    assert wrong == []


def test_a_reference_that_is_wrong_would_be_found() -> None:
    assert "Keeper.give" in names_in(ROOT / "firmware/engine/process/keeper.py")
    assert "Keeper.take" not in names_in(ROOT / "firmware/engine/process/keeper.py")


def test_every_link_between_documents_leads_somewhere() -> None:
    wrong = [
        f"{page.name}: {link}"
        for page, text in texts()
        for link in LINK.findall(text)
        if not (page.parent / link).exists()
    ]
    assert wrong == []


def test_every_path_in_a_command_of_the_documents_exists() -> None:
    blocks = [
        (page.name, block)
        for page, text in texts()
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    ]
    paths = [
        (page, path)
        for page, block in blocks
        for path in re.findall(r"(?<![\w/])((?:tests|hw-sim)/\S+)", block)
    ]
    assert paths
    assert [one for one in paths if not (ROOT / one[1]).exists()] == []


def test_the_architecture_page_can_be_read_in_one_go() -> None:
    text = (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert len(REFERENCE.findall(text)) > 100


def test_events_commands_and_facts_named_in_the_story_exist() -> None:
    from firmware.protocol import commands, events, facts, inputs, tape

    known = {name for module in (commands, events, facts, inputs, tape) for name in vars(module)}
    text = (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8")
    story = text[text.index("## One inbound call") : text.index("## Where time comes from")]
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", story))
    assert named - known == set()
