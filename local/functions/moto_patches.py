"""The one place where moto's Lambda is changed.

Each patch is a function whose docstring says what moto 5.2.5 does wrong.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaBackend, LambdaFunction

from local.functions.http_invoke import http_invoke
from local.functions.moto_functions import LOGGING_CONFIG
from local.moto_patch import replace, wrap

if TYPE_CHECKING:
    from local.functions.functions import Functions

# What AWS takes where a template says nothing.
_DEFAULTS: dict[str, Any] = {
    "Description": "",
    "Environment": {"Variables": {}},
    "LoggingConfig": {},
    "MemorySize": 128,
    "Timeout": 3,
    "VpcConfig": None,
}


def install(functions: "Functions") -> None:
    """Change moto so that its Lambda runs functions here."""
    invoke_runs_the_zip(functions)
    deletion_ends_processes(functions)
    creation_keeps_the_logging()
    stack_creation_keeps_the_logging()
    configuration_keeps_the_logging()
    stack_update_takes_the_whole_template()


def invoke_runs_the_zip(functions: "Functions") -> None:
    """Run the function from its zip: moto starts a Docker container, and waits for events too."""

    def invoke(
        self: LambdaFunction,
        body: str,
        request_headers: Mapping[str, str],
        response_headers: dict[str, str],
    ) -> bytes:
        return http_invoke(functions, self, body, request_headers, response_headers)

    replace(LambdaFunction, "invoke", invoke)


def deletion_ends_processes(functions: "Functions") -> None:
    """End a function's processes with it: moto knows of none."""

    def wrapper(original: Callable[..., None]) -> Callable[..., None]:
        def delete_function(
            self: LambdaBackend, function_name: str, qualifier: str | None = None
        ) -> None:
            arn = self.get_function(function_name, qualifier).function_arn
            original(self, function_name, qualifier)
            functions.retire(arn)

        return delete_function

    wrap(LambdaBackend, "delete_function", wrapper)


def creation_keeps_the_logging() -> None:
    """Keep `LoggingConfig`: moto's CreateFunction logs to `/aws/lambda/<name>` whatever it says."""

    def wrapper(original: Callable[..., None]) -> Callable[..., None]:
        def __init__(  # noqa: N807  # it is one
            self: LambdaFunction,
            account_id: str,
            spec: dict[str, Any],
            *rest: object,
            **more: object,
        ) -> None:
            original(self, account_id, spec, *rest, **more)
            _take_logging(self, spec)

        return __init__

    wrap(LambdaFunction, "__init__", wrapper)


def stack_creation_keeps_the_logging() -> None:
    """Keep `LoggingConfig`: moto drops it from a stack's template before it makes the function."""

    def wrapper(original: Callable[..., LambdaFunction]) -> Callable[..., LambdaFunction]:
        def create_from_cloudformation_json(
            cls: type[LambdaFunction],
            resource_name: str,
            cloudformation_json: dict[str, Any],
            *rest: object,
            **more: object,
        ) -> LambdaFunction:
            function = original(cls, resource_name, cloudformation_json, *rest, **more)
            _take_logging(function, cloudformation_json["Properties"])
            return function

        return create_from_cloudformation_json

    wrap(LambdaFunction, "create_from_cloudformation_json", wrapper)


def configuration_keeps_the_logging() -> None:
    """Take `LoggingConfig`: moto's UpdateFunctionConfiguration leaves it out."""

    def wrapper(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def update_configuration(
            self: LambdaFunction, config_updates: dict[str, Any]
        ) -> dict[str, Any]:
            _take_logging(self, config_updates)
            return original(self, config_updates)

        return update_configuration

    wrap(LambdaFunction, "update_configuration", wrapper)


def stack_update_takes_the_whole_template() -> None:
    """Return to AWS's default what a template no longer says, and take the reserved concurrency.

    moto's stack update changes only what the new template says, and never the concurrency: a
    variable that was taken out of it would be seen by the function for ever.
    """

    def wrapper(original: Callable[..., LambdaFunction]) -> Callable[..., LambdaFunction]:
        def update_from_cloudformation_json(
            cls: type[LambdaFunction],
            original_resource: LambdaFunction,
            new_resource_name: str,
            cloudformation_json: dict[str, Any],
            *rest: object,
            **more: object,
        ) -> LambdaFunction:
            properties = _DEFAULTS | cloudformation_json["Properties"]
            document = {**cloudformation_json, "Properties": properties}
            function = original(cls, original_resource, new_resource_name, document, *rest, **more)
            function.reserved_concurrency = properties.get("ReservedConcurrentExecutions")
            return function

        return update_from_cloudformation_json

    wrap(LambdaFunction, "update_from_cloudformation_json", wrapper)


def _take_logging(function: LambdaFunction, properties: dict[str, Any]) -> None:
    if "LoggingConfig" in properties:
        setattr(function, LOGGING_CONFIG, properties["LoggingConfig"])
