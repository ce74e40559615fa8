# Every command a reader needs. Bare `make` lists them.

ARCH ?= arm64
FUNCTION ?= blue
EVENT ?= http-api
RUNS ?= 20000
SECONDS ?= 600
SIMULATION_RUNS ?= 1000000
TIMES ?= 10

FUNCTIONS := -p blue -p green -p red
CLIENTS := $(CURDIR)/target/clients
# What there is to test with.
TEST_FEATURES = $(if $(wildcard $(CLIENTS)/bin/aws),--features tests/real-clients) \
	$(if $(shell command -v chromium),--features tests/browser)
LEFT_OUT = $(if $(wildcard $(CLIENTS)/bin/aws),,"tests with the AWS CLI, boto3, cargo-lambda and zizmor: \`make clients\` gets them") \
	$(if $(shell command -v chromium),,"tests of the page in a browser: there is no chromium")
# Where the clients are installed, and what installs one.
VENV = command -v python3 >/dev/null || { echo "error: python3 is needed to install cargo-lambda and the AWS CLI; see https://www.cargo-lambda.info for other ways"; exit 1; }; \
	python3 -m venv $(CLIENTS)
PIP_INSTALL := pip install --quiet --disable-pip-version-check
PIP = $(CLIENTS)/bin/$(PIP_INSTALL)
# cargo-lambda from PATH, or the one that `make tools` gets.
WITH_TOOLS := PATH="$(CLIENTS)/bin:$$PATH"
# Statically linked: quicker to start, and free of the C library that Lambda has.
LAMBDA_TARGET := $(if $(filter x86_64,$(ARCH)),x86_64,aarch64)-unknown-linux-musl
# What every Lambda host has: Graviton2 and later, and AVX2.
LAMBDA_CPU := $(if $(filter x86_64,$(ARCH)),x86-64-v3,neoverse-n1)
# Where the sources lie must not be seen in what is built from them.
REPRODUCIBLE := --remap-path-prefix=$(CURDIR)=. --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=cargo
DIST_TARGETS ?= x86_64-unknown-linux-musl aarch64-unknown-linux-musl
LAMBDA_FLAGS := RUSTFLAGS="-C target-cpu=$(LAMBDA_CPU) $(REPRODUCIBLE)"

.PHONY: help
help: ## List these targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: programs
programs: ## Build the deployer, lambda-local and the functions for this machine
	@cargo build --workspace --bins

.PHONY: demo
demo: programs ## The whole story on this machine: blue, green promoted, red rolled back
	@deploy-scripts/demo.sh

.PHONY: picture
picture: programs ## Draw docs/demo.svg anew: what the demo leaves in a terminal
	@python3 -m venv target/picture
	@target/picture/bin/$(PIP_INSTALL) --require-hashes --requirement docs/picture.txt
	@target/picture/bin/python docs/picture.py docs/demo.svg "make demo" \
		"Green is rolled out" "  version 3  █" deploy-scripts/demo.sh

.PHONY: screenshots
screenshots: programs ## Draw docs/screens.md and the pictures of the page anew (needs chromium)
	WRITE_SCREENSHOTS=1 cargo test --package tests --features tests/browser -- screens:: page_is_readable

.PHONY: local
local: programs ## Start lambda-local: Lambda on this machine (PORT=4566)
	@cargo bluegreen local $(if $(PORT),--port $(PORT))

.PHONY: test
test: ## Run all tests, or those whose name holds ONLY=…; with the clients that `make clients` has installed
	cargo build --workspace --bins
# Apart from the others: its test libraries want features of crates that the AWS SDK is built on,
# and all of that would be compiled a second time.
	cargo test --package bluegreen-rollout -- $(ONLY)
# Many tests wait: for a second's metrics, or for the one build of a function at a time.
	RUST_TEST_THREADS=6 cargo test --workspace --exclude bluegreen-rollout $(TEST_FEATURES) -- $(ONLY)
# In CI, what is left out is a failure.
	@for what in $(LEFT_OUT); do echo "left out: $$what"; done
	@test "$(CI)" != true || test -z '$(strip $(LEFT_OUT))'

.PHONY: test-slow
test-slow: build ## What is too slow for each change: real time, release builds, arm64 (needs qemu-user)
	cargo build --release --workspace --bins
	@BIN=target/release deploy-scripts/demo.sh
	cargo build --workspace --bins
	cargo test --package tests --features tests/slow -- slow::

.PHONY: test-aws
test-aws: programs clients ## Try on your own AWS account what the deployer relies on; says what it creates, and asks
	$(MAKE) --no-print-directory build ARCH=x86_64
	@$(WITH_TOOLS) tests/aws/contract.sh

.PHONY: planted-bugs
planted-bugs: ## Plant bugs into the rollout, one by one, and see its tests find each (ONLY=word)
	@ONLY="$(ONLY)" deploy-scripts/rollout/tests/planted-bugs.sh

.PHONY: mutants
mutants: ## Change what decides in every way that cargo-mutants knows; each change fails a test
	CARGO_PROFILE_DEV_DEBUG=0 cargo mutants --package bluegreen-rollout --timeout 20 --output target

# What drives a rollout, writes the alias and reads the command line.
DRIVEN := $(foreach folder,driver alias cli,--file 'deploy-scripts/bluegreen/src/$(folder)/**')
.PHONY: mutants-deployer
# The packages of `make test`, so that nothing is compiled twice, and its threads; that they pass as
# they are, CI says.
mutants-deployer: ## The same for what drives, judged by its end-to-end tests: hours (SHARD=0/8 for an eighth)
	RUST_TEST_THREADS=6 cargo mutants $(DRIVEN) --test-workspace true --cargo-arg=--exclude=bluegreen-rollout --baseline skip \
		--timeout 600 --output target $(if $(SHARD),--shard $(SHARD)) -- -- tests:: deployer:: ci::action

.PHONY: test-under-load
test-under-load: ## Run the tests over and over while stress-ng keeps the processors busy (TIMES=10)
	@tests/under_load.sh $(TIMES)

.PHONY: simulation
simulation: ## Simulate a million rollouts in which everything goes wrong (SIMULATION_RUNS=1000000)
	SIMULATION_RUNS=$(SIMULATION_RUNS) cargo test --package bluegreen-rollout --test simulation -- --nocapture

.PHONY: fuzz
fuzz: programs ## Try lambda-local with changed requests and with a chaotic bootstrap (SECONDS=600 each)
	@target/debug/fuzz target/debug/lambda-local target/debug/misbehaving tests/fuzz/corpus $(SECONDS)

.PHONY: bench-verdict
bench-verdict: ## Measure how often the verdict is wrong, and how quick, beside alarms (RUNS=20000)
	@cargo run --quiet --package bluegreen-rollout --example bench_verdict $(RUNS)

.PHONY: bench-function
bench-function: tools ## Measure builds of the function: cold start, CPU, memory, size
	@tests/bench/function.sh

.PHONY: bench-deploy
bench-deploy: programs clients ## Measure the deployer beside the AWS CLI, and list its calls
	@tests/bench/deploy.sh

.PHONY: bench-local
bench-local: clients ## Measure lambda-local beside cargo-lambda and a minimal gateway (needs wrk)
	cargo build --quiet --release --package lambda-local --bins --example minimal_gateway
	cargo build --quiet --profile function --package blue
	@python3 tests/bench/local.py

.PHONY: soak
soak: ## Release against one lambda-local for an hour, and see what it takes (SECONDS=3600)
	cargo build --quiet --release --package lambda-local --bins
	cargo build --quiet --release --package blue
	@python3 tests/bench/soak.py $(if $(filter command,$(firstword $(origin SECONDS))),$(SECONDS))

.PHONY: lint
lint: ## Check formatting and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --all-features -- --deny warnings

.PHONY: deny
deny: ## Check dependencies for known faults, licences, where they come from (cargo-deny)
	cargo deny check

# What users get from a registry.
CRATES := --package bluegreen-rollout --package bluegreen --package lambda-outcome --package lambda-local

.PHONY: package
package: ## Pack the crates for a registry, and build each from its own archive alone
	CARGO_PROFILE_DEV_DEBUG=0 cargo package $(CRATES)

.PHONY: semver
semver: ## Hold the libraries against the last tag's: does the version say what changed? (cargo-semver-checks)
	cargo semver-checks --package bluegreen-rollout --package lambda-outcome --package lambda-local \
		--baseline-rev $$(git describe --tags --abbrev=0)

.PHONY: build
build: tools ## Build the functions for AWS with cargo-lambda (ARCH=arm64 or x86_64)
	$(LAMBDA_FLAGS) $(WITH_TOOLS) cargo lambda build --profile function --target $(LAMBDA_TARGET) $(FUNCTIONS)

.PHONY: dist
dist: tools ## Build what a release offers into target/archives: archives, their sums; and try it
	@RUSTFLAGS="$(REPRODUCIBLE)" $(WITH_TOOLS) deploy-scripts/dist/dist.sh $(DIST_TARGETS)
	@deploy-scripts/dist/try.sh

.PHONY: watch
watch: tools ## Run a function with `cargo lambda watch` (FUNCTION=blue, PORT=9000)
	$(WITH_TOOLS) cargo lambda watch --package $(FUNCTION) --invoke-port $(or $(PORT),9000)

.PHONY: invoke
invoke: tools ## Send an event to what `make watch` runs (EVENT=http-api, rest-api or function-url)
	$(WITH_TOOLS) cargo lambda invoke $(FUNCTION) --invoke-port $(or $(PORT),9000) --data-file functions/events/$(EVENT).json

.PHONY: tools
tools: ## Get cargo-lambda if it is not there
	@$(WITH_TOOLS) command -v cargo-lambda >/dev/null || { $(VENV) && \
		$(PIP) --require-hashes --requirement tests/clients/tools.txt; }

.PHONY: clients
clients: ## Install the AWS CLI, boto3, moto, ministack, zizmor and cargo-lambda into target/clients, for tests and builds
	@$(VENV)
	$(PIP) --require-hashes --requirement tests/clients/requirements.txt

CONSTRAINTS := lambda-local/src/lambda/api/constraints
.PHONY: constraints
constraints: clients ## Write anew what AWS's model says of the members of Lambda's calls
	$(CLIENTS)/bin/python $(CONSTRAINTS)/generate.py >target/constraints.json
	mv target/constraints.json $(CONSTRAINTS)/table.json

.PHONY: requirements
requirements: ## Write what the Python requirements come to, with hashes, from the .in files
	@$(VENV) && $(PIP) uv
	for name in docs/picture tests/clients/tools tests/clients/requirements; do \
		$(CLIENTS)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes \
			--no-annotate --custom-compile-command "make requirements" $$name.in --output-file $$name.txt; done
