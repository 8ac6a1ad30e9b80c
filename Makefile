# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

PYTHON ?= python3

# What a shell has set for other projects would leak into the environment made here.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

RUN = @.venv/bin/python tests/tools/run.py

.PHONY: help setup test proof gate one coverage bench lint sanity unit contract integration documentation leaks faults mutants soak package release-check demo simulator build docs docs-online release lock upgrade clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

setup: ## make .venv with everything for development, pinned and hash-checked
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is no Python 3.11 or later. Name one: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" tests/tools/setup.py

test: setup ## what finds mistakes, for each commit; ends with one summary
	$(RUN) test

proof: setup ## what a release needs beside that: all ansible-cores, Pythons, seeds and faults, mutants, the soak; takes hours
	$(RUN) proof

gate: setup ## the part of it that is run for every change that lands
	$(RUN) gate

one: setup ## one test, file or folder of tests, or one stage of the summary: make one TEST=tests/unit/...
	$(RUN) one "$(TEST)"

lint: setup ## ruff, mypy, yamllint, ansible-lint, antsibull-docs, antsibull-changelog
	$(RUN) lint

sanity: setup ## ansible-test sanity
	$(RUN) sanity

unit: setup ## unit tests
	$(RUN) unit

contract: setup ## client and simulator against tests/contract/api, and that against InfluxData's own where it is at hand
	$(RUN) contract

integration: setup ## real playbooks and ad-hoc commands against the simulator
	$(RUN) integration

documentation: setup ## what the documents say, tried out
	$(RUN) documentation

leaks: setup ## everything that is printed or written, searched for secrets
	$(RUN) leaks

faults: setup ## every writing operation under every fault, and random sequences of both
	$(RUN) faults

package: setup ## build, install into an empty folder, use it there
	$(RUN) package

release-check: setup ## what Ansible Galaxy, Automation Hub and execution environments ask of the archive
	$(RUN) release-check

mutants: setup ## switch each guarantee off in a copy, and see a test fail
	$(RUN) mutants

soak: setup ## two simulated years of daily runs over 20 hosts; takes hours
	$(RUN) soak

coverage: setup ## lines and branches of plugins that the tests reach, Ansible's worker processes included
	@.venv/bin/python tests/tools/measure_coverage.py

bench: setup ## what tasks cost beside what a user would write instead; prints ratios
	@.venv/bin/python tests/benchmarks/tasks.py

demo: setup ## show the main playbook at work against the simulator; with STEP=1, wait for Enter between the scenes
	@.venv/bin/python tests/demo/run.py $(if $(STEP),--step)

simulator: setup ## start the simulator in the foreground; .cache/simulator.json tells where it listens
	@mkdir -p .cache
	@tests/simulator/run --ready-file .cache/simulator.json

build: setup ## build the collection archive
	@.venv/bin/python tests/tools/build.py

docs: setup ## build the documentation site, without a network; it says where
	@.venv/bin/python tests/tools/documentation_site.py

docs-online: setup ## the same with links to Ansible's own pages
	@.venv/bin/python tests/tools/documentation_site.py --online

release: setup ## what VERSION=0.2.0 would be; with FOR_GOOD=yes, commit and tag it
	@.venv/bin/python tests/tools/release.py "$(VERSION)" $(if $(filter yes,$(FOR_GOOD)),--for-good)

lock: setup ## write the locks after a change of an *.in file
	@.venv/bin/python tests/tools/lock.py

upgrade: setup ## write the locks with the newest version of everything
	@.venv/bin/python tests/tools/lock.py --upgrade

clean: ## remove everything that was made here, .venv included
	@rm -rf .venv .cache *.tar.gz
	@find . -type d -name __pycache__ -prune -exec rm -rf {} +
