"""The reference pages of docs/, written from the code they describe. `python -m firmware.cli.documents` writes them."""
