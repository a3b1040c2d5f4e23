"""The stack, synthesized and checked once, and the real evaluator."""

from collections.abc import Callable, Iterator

import pytest

from local import toolchain
from local.policies import Evaluator
from security.deployment import Deployment
from security.proof import Proof
from security.synthesis import Synthesis, synthesize, synthesize_with_people

Prove = Callable[[Deployment], Proof]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The stack of `cdk.json`."""
    return synthesize(tmp_path_factory.mktemp("alternating"))


@pytest.fixture(scope="session")
def single(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The stack with one user, without all that a setting can leave out, and with an instance."""
    return synthesize(
        tmp_path_factory.mktemp("single"),
        rotation__strategy="single",
        rotation__admin="false",
        consumer="false",
        ec2_consumer="true",
        database__multi_az="false",
        database__deletion_protection="false",
    )


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The stack of `cdk.json` with a trail, the one for people, and a contractor."""
    return synthesize_with_people(tmp_path_factory.mktemp("staffed"), trail__enabled="true")


@pytest.fixture(scope="session")
def evaluator() -> Iterator[Evaluator]:
    tools = toolchain.find()
    with Evaluator(node=tools.node, node_modules=tools.node_modules, remember=True) as running:
        yield running


@pytest.fixture(scope="session")
def deployment(made: Synthesis) -> Deployment:
    return Deployment.of(made.settings, made.template)


@pytest.fixture(scope="session")
def prove(evaluator: Evaluator) -> Prove:
    return lambda deployment: Proof.of_rotation(evaluator, deployment)


@pytest.fixture(scope="session")
def proof(prove: Prove, deployment: Deployment) -> Proof:
    return prove(deployment)
