"""`python -m firmware.cli.documents`: writes the reference pages of docs/."""

from firmware.cli.documents.pages import write

for name in write():
    print(f"docs/{name}")
