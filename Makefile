# make demo: everything from nothing, then the main job on real data. make test: the same set-up, then every test.
# Both are safe to run again.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= $(shell nproc)
BUILD := build/wheel
SOURCES := $(shell find src include cmake python/src python/keravino -type f -not -name '*.so' -not -path '*/__pycache__/*') \
           CMakeLists.txt python/CMakeLists.txt pyproject.toml
CPP_TESTS := $(shell find tests -name '*.cc' -o -name '*.h') tests/CMakeLists.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: all demo train-demo test conformance conformance-quick layers models bench accuracy lint format asan fuzz clean
all: $(VENV)/.installed

# System packages: installed when we may, named when we may not.
build/.packages: packages.txt
	@missing=$$(for p in $$(cat packages.txt); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	elif [ -n "$$missing" ]; then \
	  echo "These system packages are missing. As root run:"; echo "  apt-get install" $$missing; exit 1; fi
	@mkdir -p build && touch $@

# What building and running needs, at the versions of pyproject.toml.
$(VENV)/.requirements: pyproject.toml cmake/requirements.py build/.packages
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python cmake/requirements.py build run demo > build/requirements.txt
	$(PIP) install -r build/requirements.txt
	@touch $@

$(VENV)/.test-requirements: $(VENV)/.requirements
	$(BIN)/python cmake/requirements.py test > build/test-requirements.txt
	$(PIP) install -r build/test-requirements.txt
	@touch $@

# One build folder for the wheel and for the C++ tests.
$(VENV)/.installed: $(VENV)/.requirements $(SOURCES)
	CMAKE_BUILD_PARALLEL_LEVEL=$(JOBS) $(PIP) install --no-build-isolation --no-deps --force-reinstall \
	  -Cbuild-dir=$(BUILD) -Ccmake.define.KERAVINO_TESTS=$(if $(TESTS),ON,OFF) -Ccmake.define.KERAVINO_DEVELOPER=ON .
	@touch $@

demo: $(VENV)/.installed
	$(BIN)/python examples/digits/demo.py

$(VENV)/.train-demo-requirements: $(VENV)/.requirements
	$(BIN)/python cmake/requirements.py train-demo > build/train-demo-requirements.txt
	$(PIP) install -r build/train-demo-requirements.txt
	@touch $@

# Real digits from scratch: accuracy, seconds, and a picture of the loss.
train-demo: $(VENV)/.installed $(VENV)/.train-demo-requirements
	$(BIN)/python examples/digits/train.py

test: $(VENV)/.test-requirements
	$(MAKE) TESTS=1 build/.tests
	$(BUILD)/tests/keravino_tests --gtest_brief=1
	$(BIN)/python -m pytest -q -n 2 --dist loadfile python/tests

$(VENV)/.conformance-requirements: $(VENV)/.test-requirements
	$(BIN)/python cmake/requirements.py conformance > build/conformance-requirements.txt
	$(PIP) install -r build/conformance-requirements.txt
	@touch $@

# Keras's own tests, against conformance/todo.txt. Goes on where an earlier run was broken off.
conformance: $(VENV)/.installed $(VENV)/.conformance-requirements
	$(BIN)/python conformance/run.py --jobs $(JOBS)

conformance-quick: $(VENV)/.installed $(VENV)/.test-requirements
	$(BIN)/python conformance/run.py --jobs $(JOBS) --quick

# Every layer class in several configurations, in C++ against Keras; docs/layers.md.
layers: $(VENV)/.installed $(VENV)/.test-requirements
	KERAS_BACKEND=torch $(BIN)/python python/tests/doors/layers.py --write

build/.tests: $(VENV)/.installed $(CPP_TESTS)
	$(BIN)/cmake -S . -B $(BUILD) -DKERAVINO_TESTS=ON > /dev/null
	$(BIN)/cmake --build $(BUILD) -j $(JOBS) --target keravino_tests
	@touch $@

# TBB opens its libraries in a way that AddressSanitizer refuses, unless it is told. LeakSanitizer crashes when it looks at
# the thread-local memory of opened libraries (intercept_tls_get_addr).
asan: $(VENV)/.requirements
	PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/cmake --preset asan
	$(BIN)/cmake --build build/asan -j $(JOBS) --target keravino_tests
	TBB_ENABLE_SANITIZERS=1 UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1:intercept_tls_get_addr=0 \
	  LSAN_OPTIONS=suppressions=tests/lsan.supp build/asan/tests/keravino_tests --gtest_brief=1

# Files changed at random, read under the same two sanitizers: `make fuzz SECONDS=3600`. See tests/fuzz/run.py.
SECONDS ?= 60
fuzz: $(VENV)/.test-requirements
	@command -v clang++-16 > /dev/null || { echo "The fuzz targets take clang: apt-get install clang-16 libclang-rt-16-dev"; exit 1; }
	PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/cmake --preset fuzz
	$(BIN)/cmake --build build/fuzz -j $(JOBS) --target fuzz
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS)

$(VENV)/.bench-requirements: bench/requirements.txt $(VENV)/.test-requirements
	$(PIP) install -r bench/requirements.txt
	@touch $@

bench: $(VENV)/.installed $(VENV)/.bench-requirements
	$(BIN)/python bench/run.py --output bench/results.md
	$(BIN)/python bench/run.py --applications --output bench/applications.md
	$(BIN)/python bench/run.py --applications --cores 2 --columns keravino,command,onnxruntime --output bench/applications-2.md
	$(BIN)/python bench/run.py --throughput --cores 2 --output bench/throughput.md
	$(BIN)/python bench/run.py --ops --output bench/ops.md
	$(BIN)/python bench/run.py --heavy --output bench/heavy.md
	$(BIN)/python bench/run.py --training --clock cpu --columns keravino,torch,jax,tensorflow --output bench/training.md

# docs/accuracy.md: the error of every function, beside torch, jax and tensorflow.
accuracy: $(VENV)/.installed $(VENV)/.bench-requirements
	$(BIN)/python bench/accuracy/run.py --output docs/accuracy.md

# docs/models.md: every model of keras.applications through both doors, beside torch. It takes an hour.
models: $(VENV)/.installed $(VENV)/.bench-requirements
	$(BIN)/python python/tests/doors/agreement.py --write

lint: $(VENV)/.test-requirements
	$(PIP) install "$$($(BIN)/python cmake/requirements.py lint | grep ruff)"
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	clang-format --dry-run -Werror $$(git ls-files '*.cc' '*.h')
	$(BIN)/python cmake/size_budget.py

format:
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .
	clang-format -i $$(git ls-files '*.cc' '*.h')

clean:
	rm -rf build $(VENV)
