"""A function as it is deployed at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class DeployedFunction:
    """Code and configuration of one version of a function, as of now.

    Two of them are equal when a process started for one may serve the other: what governs only
    how often and how many run is left out of the comparison.

    Attributes:
        arn: The function's ARN, with the version where one was asked for.
        timeout: Seconds that an invocation may take.
        memory: Megabytes that it was given.
        log_format: `Text` or `JSON`.
        log_level: What the runtime logs at least, for `JSON`.
        environment: The function's own variables.
        subnets: Ids of the subnets that it is attached to; none if it is outside a VPC.
        code: The zip.
        code_sha256: Its hash, as Lambda states it.
        concurrency: How many invocations may run at once; None if nothing is reserved.
        retries: How often a failed asynchronous invocation is tried again.
    """

    arn: str
    name: str
    version: str
    account: str
    region: str
    runtime: str
    handler: str
    role: str
    timeout: int
    memory: int
    log_group: str
    log_format: str = "Text"
    log_level: str = "INFO"
    environment: Mapping[str, str] = field(repr=False)
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    code_sha256: str
    code: bytes = field(repr=False, compare=False)
    concurrency: int | None = field(default=None, compare=False)
    retries: int = field(default=2, compare=False)
