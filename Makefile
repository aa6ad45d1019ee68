# Two commands on a fresh Debian 12: `make run`, `make test`.
PY := .venv/bin/python
TIPRING := .venv/bin/tipring

.PHONY: setup run test lint docs bench acceptance clean

setup:
	@sh provisioning/setup.sh

run: setup
	@$(TIPRING) run --sim hw-sim/scenarios/demo.toml

test: setup
	$(PY) -m pytest -m "not slow and not bench" -n 2

lint: setup
	$(PY) -m pytest -m lint -q

# The reference pages of docs/ are written from the code; a test fails where they differ.
docs: setup
	@$(PY) -m firmware.cli.documents

bench: setup
	$(TIPRING) bench fabric --ports 480 --dtmf --record
	$(TIPRING) bench journal
	$(TIPRING) bench acd

acceptance: setup
	$(PY) -m pytest -m slow

clean:
	rm -rf build .venv *.egg-info
