# `make help` lists the targets. Only Python 3.11 or newer, pip, make and a C++ compiler are needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
DEMO := build/demo/customers.shoal

# A fingerprint names each stamp, so a stamp can never speak for other sources, another compiler,
# another interpreter or another folder. Python files need none: the install is editable.
stamps := $(shell $(PYTHON) tools/project.py stamps "$(CURDIR)" "$(CXX)" "$(CXXFLAGS)" \
  "$(CMAKE_ARGS)" "$(SKBUILD_CMAKE_ARGS)")
packages = $(shell $(PYTHON) tools/project.py packages $(1))

environment := $(VENV)/environment-$(word 1,$(stamps))
installed := $(VENV)/installed-$(word 2,$(stamps))
# Where the C++ code is built, for the module and for its tests alike.
native := build/native-$(word 1,$(stamps))
test_tools := $(VENV)/test-tools-$(word 3,$(stamps))
check_tools := $(VENV)/check-tools-$(word 3,$(stamps))

.PHONY: help demo install test test-native test-python check format sanitize bench clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(environment):
	@$(PYTHON) tools/project.py packages build > /dev/null
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(call packages,build)
	@touch $@

$(installed): $(environment)
	rm -f $(VENV)/installed-*
	$(BIN)/python -m pip install --quiet --no-build-isolation \
	  --config-settings=build-dir=$(native) --editable .
	@touch $@

install: $(installed) ## build the native part and install shoal into .venv

demo: install ## cluster the bundled customers and write a report
	@mkdir -p $(dir $(DEMO))
	$(BIN)/shoal cluster sample:customers --transform auto --output $(DEMO) --force
	@echo "The report is $(CURDIR)/$(DEMO)/report.html"

$(test_tools): | $(installed)
	$(BIN)/python -m pip install --quiet $(call packages,test)
	@touch $@

test: test-native test-python ## run the whole test suite

test-native: $(installed)
	$(BIN)/cmake -S . -B $(native) -DSHOAL_BUILD_TESTS=ON
	$(BIN)/cmake --build $(native) --target shoal_tests
	$(BIN)/ctest --test-dir $(native) --output-on-failure

test-python: $(test_tools)
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(ARGS)

$(check_tools): | $(installed)
	$(BIN)/python -m pip install --quiet $(call packages,check)
	@touch $@

native_code = find native -name '*.cpp' -o -name '*.hpp'

check: $(check_tools) ## lint, formats, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(native_code) | xargs $(BIN)/clang-format --dry-run --Werror

format: $(check_tools) ## format all code in place
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	$(BIN)/python tools/algorithms_table.py
	$(native_code) | xargs $(BIN)/clang-format -i

sanitize: $(environment) ## run the C++ tests under the sanitizers
	@set -e; export PATH="$(CURDIR)/$(BIN):$$PATH"; for kind in address,undefined thread; do \
	  echo "== $$kind"; dir=build/sanitize-$$kind; \
	  cmake -S . -B $$dir -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSHOAL_BUILD_TESTS=ON \
	    -DSHOAL_BUILD_PYTHON=OFF -DSHOAL_SANITIZE=$$kind; \
	  cmake --build $$dir --target shoal_tests; ctest --test-dir $$dir --output-on-failure; done

PEERS := build/peers
peers := $(PEERS)/installed-$(firstword $(shell { echo "$(CURDIR)"; \
  $(PYTHON) -c 'import sys; print(sys.version, sys.prefix)'; \
  cksum benchmarks/requirements.txt; } | cksum))

$(peers): benchmarks/requirements.txt
	rm -rf $(PEERS)
	$(PYTHON) -m venv $(PEERS)
	@# One by one: a peer without a wheel for this machine must not keep the others away.
	grep -v '^#' $< | while read -r peer; do \
	  $(PEERS)/bin/python -m pip install --quiet "$$peer" || echo "Left out: $$peer"; done
	@touch $@

bench: $(test_tools) $(peers) ## time shoal beside its peers (ONLY='km_*' ROUNDS=3 SCALE=1)
	$(BIN)/python -m benchmarks run --peers-python $(CURDIR)/$(PEERS)/bin/python \
	  $(if $(ONLY),--only '$(ONLY)') $(if $(ROUNDS),--rounds $(ROUNDS)) \
	  $(if $(SCALE),--scale $(SCALE)) $(ARGS)

clean: ## remove the environment and everything built
	rm -rf $(VENV) build dist benchmarks/data benchmarks/results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
