# `make run` and `make test` are all that is needed; each sets itself up, and again when the requirements change.
PYTHON ?= python3
BIN := .venv/bin
TESTS ?=
# Compiled code is kept in .venv, and even where the environment says to keep none: the tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/pycache

.PHONY: run test test-browser lint lock shots bench bench-quick prove-undo prove-authz prove-text prove-canary

run: .venv/run.stamp
	@$(BIN)/python manage.py serve

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not browser" $(TESTS)

# Needs Chromium from the distribution; without it these tests skip and say so.
test-browser: .venv/dev.stamp
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m browser $(TESTS)

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

# Writes requirements*.txt with hashes from requirements*.in.
lock: .venv/dev.stamp
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $(LOCKFLAGS) requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $(LOCKFLAGS) requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $(LOCKFLAGS) requirements-semantic.in -o requirements-semantic.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" $(LOCKFLAGS) requirements-s3.in -o requirements-s3.txt

# That whatever is done in the pages can be undone: a thousand random sequences of fifty actions against the real server.
prove-undo: .venv/dev.stamp
	@$(BIN)/python -m memoryweb.history.tests.test_undo_everything

# That every address answers everybody as it should: each page and operation by each kind of person.
prove-authz: .venv/dev.stamp
	@$(BIN)/python -m memoryweb.tests.prove_authz

# That no stored text is more than text: every payload in every field that is shown, in Chromium.
prove-text: .venv/dev.stamp
	@$(BIN)/python -m memoryweb.tests.prove_text

# That no secret is found in logs, pages, exports, backups, tracebacks, the database file or the process list.
prove-canary: .venv/dev.stamp
	@$(BIN)/python -m memoryweb.tests.prove_canary

# Pictures of every screen into data/shots/, and the one in the README.
shots: .venv/dev.stamp
	$(BIN)/python -m memoryweb.tests.browser.shots

# Speed, beside the leanest server that answers the same; the stores are made once and kept in data/bench/.
bench: .venv/dev.stamp
	$(BIN)/python -m bench

bench-quick: .venv/dev.stamp
	$(BIN)/python -m bench --sizes 10000 100000 --seconds 2

.venv/run.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "memoryweb needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
