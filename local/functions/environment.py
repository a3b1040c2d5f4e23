"""The variables that a function sees.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from collections.abc import Mapping
from pathlib import Path

from local.functions.deployed import DeployedFunction
from local.identity.sessions import ServiceSession


def environment(
    function: DeployedFunction,
    *,
    session: ServiceSession,
    task_root: Path,
    home: Path,
    log_stream: str,
    runtime_api: str,
    endpoint_url: str,
    extra: Mapping[str, str],
) -> dict[str, str]:
    """Build a sandbox's environment; nothing is inherited.

    Lambda's own variables win over the function's, which may not set them on AWS either. Left out
    are those that would name what is not there: `LD_LIBRARY_PATH` and the X-Ray daemon's address.

    Args:
        function: Whose process it is for.
        session: Its role's credentials.
        task_root: Where its code is.
        home: An empty folder. Lambda has no HOME; here boto3 would find the user's `~/.aws`.
        log_stream: Where Lambda puts what it logs.
        runtime_api: Host and port of its Runtime API.
        endpoint_url: Where the local AWS listens.
        extra: What the person or the test adds, for example the authority of the local database.
    """
    logging = {
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_LEVEL": function.log_level,
    }
    return {
        **function.environment,
        **extra,
        **(logging if function.log_format == "JSON" else {}),
        "_HANDLER": function.handler,
        "AWS_ACCESS_KEY_ID": session.access_key_id,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_REGION": function.region,
        "AWS_SECRET_ACCESS_KEY": session.secret_access_key,
        "AWS_SESSION_TOKEN": session.session_token,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "HOME": str(home),
        "LAMBDA_TASK_ROOT": str(task_root),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "TZ": ":UTC",
    }
