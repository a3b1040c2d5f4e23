"""Functions as moto keeps them, read into ours."""

from typing import Final

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends

from local.functions.deployed import DeployedFunction
from local.functions.invocation import CannotRun, FunctionNotFound

# Where a patch of ours keeps what moto drops.
LOGGING_CONFIG: Final = "logging_config"


def find(function_arn: str) -> DeployedFunction:
    """Find a function by its ARN, as it is deployed now.

    Raises:
        FunctionNotFound: There is no such function.
        CannotRun: The function is of a kind that runs on AWS, but not here.
    """
    _, _, _, region, account, *_ = function_arn.split(":")
    try:
        return deployed(lambda_backends[account][region].get_function(function_arn))
    except UnknownFunctionException as error:
        raise FunctionNotFound(f"Function not found: {function_arn}") from error


def deployed(function: LambdaFunction) -> DeployedFunction:
    """Take a function's code and configuration out of moto.

    Raises:
        CannotRun: The function is of a kind that runs on AWS, but not here.
    """
    if function.package_type != "Zip" or function.layers:
        raise CannotRun(
            f"{function.function_name} is a container image or has layers, but the local AWS runs "
            "functions from one zip each: deploy it as that"
        )
    vpc = function._vpc_config or {}  # noqa: SLF001  # the public property invents a VPC id
    configured = function.event_invoke_config[-1].config if function.event_invoke_config else {}
    reserved = function.reserved_concurrency
    logging = getattr(function, LOGGING_CONFIG, {})
    return DeployedFunction(
        arn=function.function_arn,
        name=function.function_name,
        version=str(function.version),
        account=function.account_id,
        region=function.region,
        runtime=str(function.run_time),
        handler=str(function.handler),
        role=function.role,
        timeout=int(function.timeout),
        memory=int(function.memory_size),
        log_group=logging.get("LogGroup", function.logs_group_name),
        log_format=logging.get("LogFormat", "Text"),
        log_level=logging.get("ApplicationLogLevel", "INFO"),
        environment=dict(function.environment_vars or {}),
        subnets=tuple(vpc.get("SubnetIds", ())),
        security_groups=tuple(vpc.get("SecurityGroupIds", ())),
        code_sha256=function.code_sha_256,
        code=function.code_bytes,
        concurrency=None if reserved is None else int(reserved),
        retries=int(configured.get("MaximumRetryAttempts", 2)),
    )
