# The doors of the project. Each makes .venv from the lock when it is missing or stale, so `make run` and
# `make test` are all the set-up there is.
#   make run DAYS=1 ARGS="--dataset digits --seed 1"      TORCH_INDEX=<PyTorch's CPU index> avoids the CUDA build

DAYS ?= 1-3
ARGS ?=
AREA ?= series
TORCH_INDEX ?=
BIN := .venv/bin
DIGITS := EDGE_EXPORT_DATASET=digits

.PHONY: run test bench docs lab publish tools clean

run: .venv/ready $(if $(findstring 6,$(DAYS)),.venv/targets)   # day 6 is about other runtimes
	$(BIN)/edge-export run --days $(DAYS) $(ARGS)

test: .venv/targets
	$(BIN)/python -m pytest -q tests/test_sync.py
	$(DIGITS) $(BIN)/nbdev_test --n_workers 2
	$(DIGITS) $(BIN)/python -m pytest -q --nbval-lax --nbval-current-env --nbval-sanitize-with sanitize.cfg nbs/days
	@# by name: where the other runtimes were loaded first, no terminal can be forked for a run that is to be killed
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder tests --ignore tests/test_sync.py

bench: .venv/targets
	$(BIN)/edge-export bench --area $(AREA)

docs: .venv/ready
	@touch README.md   # nbdev_docs writes a README of its own when index.ipynb is newer
	if command -v quarto >/dev/null; then $(BIN)/nbdev_docs; else $(BIN)/python -m pytest -q tests/test_site.py; fi

lab: .venv/ready
	$(BIN)/jupyter lab nbs/index.ipynb

publish: .venv/ready
	$(BIN)/edge-export publish $(ARGS)

tools: .venv/targets
	@as=$$( [ "$$(id -u)" = 0 ] || echo sudo ); \
	get() { command -v apt-get >/dev/null && $$as apt-get update -qq && $$as apt-get install -y -qq --no-install-recommends $$1; }; \
	command -v qemu-x86_64 >/dev/null || get qemu-user; \
	command -v qemu-system-arm >/dev/null && command -v arm-none-eabi-gcc >/dev/null || \
	  get "qemu-system-arm gcc-arm-none-eabi libnewlib-arm-none-eabi" || true; \
	/usr/bin/python3 -c "import pyarmnn" 2>/dev/null || get "python3-pyarmnn libarmnn-cpuref-backend22" || true; \
	command -v chromium >/dev/null || command -v google-chrome >/dev/null || get chromium || true
	$(BIN)/edge-export doctor
	@/usr/bin/python3 -c "import pyarmnn" 2>/dev/null || echo "Arm NN is not installed (Debian's python3-pyarmnn): its row is not run"
	@command -v qemu-x86_64 >/dev/null || echo "qemu-x86_64 is not on PATH: the checks on emulated CPUs are not run; install QEMU's user mode"
	@command -v qemu-system-arm >/dev/null && command -v arm-none-eabi-gcc >/dev/null || echo "qemu-system-arm or arm-none-eabi-gcc is not on PATH: firmware is not built, microcontrollers are not run"
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || echo "chromium is not on PATH: the pages are not held against axe; install Chromium"
	@command -v quarto >/dev/null || echo "quarto is not on PATH: make docs then checks the pages without rendering the site; see quarto.org"

clean:
	rm -rf .venv runs _docs _proc nbs/_out nbs/days/_out build dist *.egg-info

.venv/targets: .venv/ready requirements-targets.txt
	$(BIN)/pip install -q -c requirements.txt -r requirements-targets.txt
	@touch $@

.venv/ready: requirements.txt settings.ini setup.py
	@for p in python3.11 python3.12 python3.13 python3; do \
	  if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	    echo "making .venv with $$($$p --version) from requirements.txt; this takes some minutes, once"; \
	    exec $$p -m venv .venv; fi; done; \
	echo "edge_export needs Python 3.11, 3.12 or 3.13: none of them is on PATH" >&2; exit 1
	$(if $(TORCH_INDEX),$(BIN)/pip install -q --no-deps --index-url $(TORCH_INDEX) $$(grep -E '^torch(vision)?==' requirements.txt))
	$(BIN)/pip install -q -r requirements.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@
