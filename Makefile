# Two commands on a fresh Debian 12: `make run`, `make test`.
PY := .venv/bin/python
TIPRING := .venv/bin/tipring

.PHONY: setup run test test-far explore lint docs golden bench acceptance soak soak-real kills clean power-cuts screens sip-mutants sip-siege sip-torture api-fuzz asterisk

setup:
	@sh provisioning/setup.sh

run: setup
	@$(TIPRING) run --sim hw-sim/scenarios/demo.toml

test: setup
	$(PY) -m pytest -m "not slow and not bench" -n 2 --dist worksteal

# Property tests with questions nobody asked yet; what they find becomes an `@example`.
explore: setup
	EXPLORE=1 $(PY) -m pytest tests/property -m "not slow" -n 2 --dist worksteal

lint: setup
	$(PY) -m pytest -m lint -q

# The reference pages of docs/ are written from the code; a test fails where they differ.
docs: setup
	@$(PY) -m firmware.cli.documents
	@$(PY) -m webui.api.page

# With a release, once for each schema of the engine's state: docs/decisions/state-schema.md.
golden: setup
	$(PY) -m tests.unit.golden_maker

# The pictures of docs/screens, taken anew by the tests of the pages.
screens: setup
	TIPRING_SCREENS=1 $(PY) -m pytest tests/browser -n 2 --dist worksteal

# The pages' tests with everybody far off and on a slow processor: finds a test that looks before it waits.
test-far: setup
	TIPRING_FAR=1 $(PY) -m pytest tests/browser -m "not slow" -n 2 --dist worksteal

bench: setup
	$(TIPRING) bench fabric --ports 480 --dtmf --record
	$(TIPRING) bench journal
	$(TIPRING) bench acd
	$(TIPRING) bench sip --calls 120 --record

acceptance: setup
	$(PY) -m pytest -m slow

# Memory and descriptors over days of box time, 3 days of events and 1 day with audio. Stopped, it goes on where it was;
# HOURS=4 does at most so many box hours of each now.
soak: setup
	$(TIPRING) soak --fast --hours 72 --chunk $(or $(HOURS),0)
	$(TIPRING) soak --hours 24 --chunk $(or $(HOURS),0)

# The same of a box's real processes in real time.
soak-real: setup
	$(TIPRING) soak --real --minutes $(or $(MINUTES),15)

# Deaths of processes during living calls, in slices; what is done is not done again. KILLS=1000 takes about 40 minutes.
KILLS ?= 100
kills: setup
	$(PY) -m tests.faults.kill_rig --kills $(KILLS) --out build/kills

# Boxes lose their power again and again; what they had promised must be there. CUTS in virtual time, TREE of the
# real process tree. Writes out/power-cuts/power-cuts.json and .txt.
power-cuts: setup
	$(PY) -m tests.faults.power.rig --cuts $(or $(CUTS),1000) --tree $(or $(TREE),30) --out out/power-cuts

# Spoiled SIP messages against the endpoint: no crash, no hang, no growth. N=1000000 takes some minutes.
sip-mutants: setup
	$(PY) -m tests.peers.sip_mutants -n $(or $(N),100000)

# Calls during 1,000 hostile packets a second; RFC 4475's messages anew, with their page.
sip-siege: setup
	$(PY) -m tests.peers.hostile.siege --seconds $(or $(SECONDS),60) --rate $(or $(RATE),1000)

sip-torture: setup
	$(PY) -m tests.peers.torture.book

# An Asterisk in build/asterisk for `tipring bench sip --peer asterisk`; nothing is installed on the machine.
asterisk: setup
	@$(PY) -m provisioning.asterisk

# Generated requests against the API in process; no server error and every answer as described.
api-fuzz: setup
	$(PY) -m tests.webui.api_fuzz -n $(or $(N),200000)

clean:
	rm -rf build .venv *.egg-info
