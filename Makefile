# Everything a newcomer needs: `make chat` opens the page, `make test` checks the project, `make quality` what it reaches,
# `make torture` what it withstands, `make bench` how fast it is, `make audit` what it is built on.
PYTHON ?= python3
PORT ?= 7860
STORE ?= store
ARTICLES ?=
CORPORA ?=
ROUNDS ?= 5
BIN := .venv/bin

.PHONY: chat test quality torture bench audit lint install install-test browser clean

chat: .venv/installed
	@if [ -n "$(ARTICLES)" ] || [ ! -f "$(STORE)/CURRENT" ]; then \
		$(BIN)/clippings index "$(or $(ARTICLES),articles)" --store "$(STORE)"; fi
	@$(BIN)/clippings chat --store "$(STORE)" --port $(PORT)

test: .venv/installed-test browser lint
	$(BIN)/pytest

# Floors under what `clippings evaluate` measures on the labelled sets in CORPORA; without, on our own small set.
quality: .venv/installed
	$(BIN)/python tests/quality/floors.py $(CORPORA)

# Advisories on what is installed. Those accepted stand in tests/advisories.toml, each with the test that shows why.
audit: .venv/installed-test
	@$(BIN)/python tests/audit.py

# Kills, damage, full disks, many readers, a crowd at the page: most of an hour, with a table at the end.
torture: .venv/installed-test
	@[ "$$(uname)" != Linux ] || command -v strace >/dev/null || { echo "This needs strace: sudo apt-get install strace"; exit 1; }
	$(BIN)/pytest tests/torture

# Beside the chain that LangChain's documentation has, on the labelled sets in CORPORA; ROUNDS=1 is a quick look.
bench: .venv/installed-test
	@[ -n "$(CORPORA)" ] || { echo "Name the folder of the labelled sets: make bench CORPORA=DIR"; exit 1; }
	@$(BIN)/pip install --quiet --editable ".[bench]"
	$(BIN)/python tests/benchmarks/speed.py $(CORPORA) --rounds $(ROUNDS) --plot docs/speed.svg

lint: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

install: .venv/installed
install-test: .venv/installed-test

# pip is upgraded first: the one that comes with Python 3.11 needs ten minutes to resolve what a new one does in seconds.
.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Clippings needs Python 3.11 or newer; name one: make PYTHON=python3.11"; exit 1; }
	@echo "Installing into .venv: once, a few minutes ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --upgrade pip
	@$(BIN)/pip install --quiet --editable .
	@touch $@

.venv/installed-test: .venv/installed
	@$(BIN)/pip install --quiet --editable ".[test]"
	@touch $@

# Chromium shows the page, and pdftotext reads PDFs by other code than ours: two things that the tests need of the system.
browser:
	@command -v chromium >/dev/null && command -v pdftotext >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium poppler-utils >/dev/null; \
		else echo "The tests need Chromium and pdftotext: sudo apt-get install chromium poppler-utils"; exit 1; fi; }

clean:
	rm -rf .venv *.egg-info .mypy_cache .pytest_cache .ruff_cache
