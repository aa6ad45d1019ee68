"""The configuration in a file: fetched, checked and put in force, by a token with `read:settings`, `write:settings`.

    python settings.py get > box.toml             the first line says which version it is
    python settings.py check box.toml             what is wrong with it, with lines and remedies
    python settings.py put box.toml 'new hours'   refused if somebody else changed it since `get`

Surroundings as those of client.py, which lies beside it. The file holds PINs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from client import Box, Refused

HEAD = "# tipring version "


def main(command: str, file: str = "", note: str = "") -> int:
    box = Box(os.environ["TIPRING_URL"], os.environ["TIPRING_TOKEN"], os.environ.get("TIPRING_CA", ""))
    if command == "get":
        told = box.get("/settings")
        print(f"{HEAD}{told['etag']}\n{told['toml']}", end="")
        return 0
    text = Path(file).read_text("utf-8")
    checked = box.post("/settings/check", {"toml": text})
    for one in checked["faults"]:
        print(f"{file}:{one['line']}: {one['key']}: {one['message']} {one['remedy']}")
    if command == "put" and checked["usable"]:
        first, _, _ = text.partition("\n")
        told = box.put("/settings", {"toml": text, "note": note}, first.removeprefix(HEAD))
        print(told["text"])
    return 0 if checked["usable"] else 1


if __name__ == "__main__":
    try:
        raise SystemExit(main(*sys.argv[1:]))
    except Refused as refused:
        raise SystemExit(f"refused: {refused}") from None
