PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
HERE   := $(VENV)/.installed
READY  := $(VENV)/.ready
SITE   := $(VENV)/.docs
MUTANTS := $(VENV)/.mutants
AUDIT  := $(VENV)/.audit
TYPES  := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rehearse-types

# Tests start some hundred processes. Where bytecode may not be written, each would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-slow check floors faults mutants fuzz no-change patterns bench fit-speed coverage forecasts speed docs lint machine-code audit sbom clean

demo: $(HERE)            ## a first verdict, then calibrate on generated orders, compare strategies, write reports
	$(BIN)/python -m benchmarks.demo

test: $(READY)           ## lint, types and the default tests, about 10 minutes on two cores
	$(MAKE) --jobs 2 lint machine-code
	$(BIN)/pytest -q --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 25

test-slow: $(READY)      ## the long statistical checks
	$(BIN)/pytest -q -m slow

check: $(READY)          ## the library's small questions against their baselines; fails if a KPI changed
	$(BIN)/rehearse check tests/baselines --baseline tests/baselines --jobs 2

floors:                  ## the lowest versions of the dependencies install and work (about 5 minutes)
	$(PYTHON) -m benchmarks.floors

faults: $(READY)         ## planted faults, one by one, and whether the check finds them (about an hour)
	$(BIN)/python -m benchmarks.faults --jobs 2

mutants: $(MUTANTS)      ## mutation tests of the code that decides; PIECE="constraints kpis" for some (minutes a piece)
	$(BIN)/python -m benchmarks.mutants $(or $(PIECE),--all) --jobs 2

fuzz: $(READY)           ## 500 damaged order files, 2,000 scenario and plan files: one line each, 30 s, 2 GB (about 5 minutes)
	$(BIN)/python -m benchmarks.fuzz

no-change: $(READY)      ## false alarms in two hundred builds that differ in random numbers only (about 10 minutes)
	$(BIN)/python -m benchmarks.no_change

patterns: $(READY)       ## the shipped patterns, each with its twin (about 5 minutes on two cores)
	$(BIN)/rehearse check scenarios/library/patterns --jobs 2

bench: $(READY)          ## speed beside other simulators (about 4 minutes), then calibration beside lifetimes
	$(BIN)/rehearse bench
	$(BIN)/python -m benchmarks.pairing
	$(BIN)/python -m benchmarks.calibration
	$(BIN)/python -m benchmarks.sweeps

fit-speed: $(READY)      ## what calibration costs at 10^4, 10^5 and 10^6 customers (about 5 minutes)
	$(BIN)/python -m benchmarks.fit_speed

coverage: $(READY)       ## 400 small shops drawn from the law: do intervals cover what they say? (about 20 minutes)
	$(BIN)/pytest -q -s -m slow tests/calibration/test_coverage.py

forecasts: $(READY)      ## rolling origins beside other forecasters (about 10 minutes; real shops where REHEARSE_DATA is)
	$(BIN)/python -m benchmarks.forecasts

speed: $(READY)          ## is a day slower than in the baseline? (half a minute)
	$(BIN)/rehearse bench --baseline tests/baselines/speed.baseline

docs: $(SITE)            ## the reference pages, and the site of docs/ in out/site; fails on a broken link (half a minute)
	$(BIN)/rehearse reference docs/reference
	$(BIN)/python -m sphinx -q --fail-on-warning --keep-going -d out/.doctrees docs out/site

lint: $(READY)           ## ruff, and mypy with a cache that all checkouts of a user share (it knows files by their contents)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --cache-dir $(TYPES) sim scenarios calibration experiments rehearse benchmarks

machine-code: $(READY)   ## once, before two processes of tests would each do it; mypy needs one core alone
	$(BIN)/rehearse machine-code --compile

audit: $(AUDIT)          ## known vulnerabilities of the pinned packages; needs a connection to their database
	$(BIN)/python -m benchmarks.audit

sbom: $(AUDIT)           ## the bill of materials of the environment, as CycloneDX, in out/sbom.json
	mkdir -p out
	$(BIN)/cyclonedx-py environment --no-validate --output-reproducible --pyproject pyproject.toml --output-file out/sbom.json $(BIN)/python

PIP_INSTALL = $(BIN)/python -m pip install --quiet --constraint constraints.txt --disable-pip-version-check

$(HERE): pyproject.toml constraints.txt    # without bytecode, which pip writes in one process
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP_INSTALL) --no-compile --editable .
	-$(BIN)/python -m compileall -q -j 0 $(VENV)/lib
	touch $(HERE)

$(READY): $(HERE)
	$(PIP_INSTALL) --editable '.[test]'
	touch $(READY)

$(SITE): $(HERE)
	$(PIP_INSTALL) --editable '.[docs]'
	touch $(SITE)

$(MUTANTS): $(READY)
	$(PIP_INSTALL) --editable '.[test,mutants]'
	touch $(MUTANTS)

$(AUDIT): $(HERE)
	$(PIP_INSTALL) --editable '.[audit]'
	touch $(AUDIT)

clean:
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
