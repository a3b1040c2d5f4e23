"""A local AWS to which the CDK CLI can deploy."""

from collections.abc import Iterator
from contextlib import contextmanager

from local import toolchain
from local.aws.configuration import ACCOUNT
from local.local_aws import REGION, LocalAws


@contextmanager
def bootstrapped_aws() -> Iterator[LocalAws]:
    """Start one, with the CDK's own stack in it."""
    with LocalAws(toolchain.find()) as running:
        running.cdk().bootstrap(ACCOUNT, REGION)
        yield running
