# Everything runs in .venv, which the first target that needs it makes. PORT is the service's port.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# the peers' environment and runs
PEERS := var/peers

# Debian's documentation that collections are made of, unpacked here and not installed
DEBIAN := var/debian
DEBIAN_PACKAGES := debian-faq debian-handbook debian-policy developers-reference git-doc gnome-user-docs \
	gnu-standards harden-doc installation-guide-amd64 perl-doc
APT = -qq -o Acquire::Languages=en -o Dir::Cache=$(CURDIR)/$(@D)/var/cache/apt \
	-o Dir::State::lists=$(CURDIR)/$(@D)/var/lib/apt/lists

.PHONY: serve test robustness lint typecheck eval peers collections bench screenshots clean

serve: $(VENV)/installed
	@$(BIN)/bali serve --port $(PORT)

test: $(VENV)/installed $(VENV)/browser
	@echo "== Tests"
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal

# an hour and more; with SHORT=1 two to three minutes
robustness: $(VENV)/installed
	@echo "== Robustness"
	@$(BIN)/python -m tests.robustness $(if $(SHORT),--short)

lint: $(VENV)/installed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

typecheck: $(VENV)/installed
	@$(BIN)/mypy

# with the peers beside it, once `make peers` was called for
eval: $(VENV)/installed $(if $(wildcard $(PEERS)/runs/made),peers)
	@$(BIN)/bali build
	@$(BIN)/bali eval $(if $(wildcard $(PEERS)/runs/made),--peers $(PEERS)/runs)

peers: $(PEERS)/runs/made

collections: $(VENV)/installed $(DEBIAN)/unpacked
	@$(BIN)/python -m eval.collections --root $(DEBIAN) var/collections

bench: $(VENV)/installed
	@$(BIN)/bali build
	@$(BIN)/python -m bench.report

screenshots: $(VENV)/installed $(VENV)/browser
	@$(BIN)/bali build
	@$(BIN)/python -m bench.screenshots

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

# torch first and by itself: the version is pinned to a CPU build where one is at hand
$(VENV)/installed: pyproject.toml
	@echo "== Setting up $(VENV) (a few minutes the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "== Installing torch"
	@$(BIN)/python -m pip install --quiet torch==2.13.0
	@echo "== Installing the assistant and what it needs"
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

# the page is tested in Debian's Chromium, and strace shows that nothing leaves the machine
$(VENV)/browser: $(VENV)/installed
	@{ command -v chromium && command -v strace; } > /dev/null || { \
		echo "== Installing Debian's chromium and strace" && \
		{ apt-get -qq update && apt-get -qq -y install --no-install-recommends \
			chromium fonts-dejavu-core fonts-liberation strace; } > $@.log 2>&1; \
	} || { echo "The tests need chromium and strace; apt-get could not install them (see $@.log): do so as root"; exit 1; }
	@touch $@

# the peers' pins would touch ours, so they have an environment of their own
$(PEERS)/installed: eval/peers/requirements.txt
	@echo "== Setting up the peers in $(PEERS)/venv (some minutes)"
	@test -x $(PEERS)/venv/bin/python || $(PYTHON) -m venv $(PEERS)/venv
	@$(PEERS)/venv/bin/python -m pip install --quiet torch==2.13.0
	@$(PEERS)/venv/bin/python -m pip install --quiet --requirement $<
	@touch $@

$(PEERS)/runs/made: $(PEERS)/installed $(wildcard eval/peers/*.py corpus/documents/*.txt) \
		eval/gold/questions.jsonl eval/gold/precedents.jsonl
	@echo "== Running the peers"
	@$(PEERS)/venv/bin/python -m eval.peers --out $(@D)
	@touch $@

# python3-doc only names the package that has the text
$(DEBIAN)/unpacked:
	@echo "== Fetching Debian's package lists and documentation (about 100 MB)"
	@mkdir -p $(DEBIAN)/var/lib/apt/lists/partial $(DEBIAN)/var/cache/apt $(DEBIAN)/packages
	@apt-get $(APT) update
	@cd $(DEBIAN)/packages && apt-get $(APT) download $(DEBIAN_PACKAGES) \
		$$(apt-cache $(APT) depends python3-doc | grep -o 'python3\.[0-9]*-doc')
	@for package in $(DEBIAN)/packages/*.deb; do dpkg -x $$package $(DEBIAN); done
	@touch $@
