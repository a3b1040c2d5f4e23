"""Environment variables of a deployed function, changed for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient


@contextmanager
def changed_variables(functions: "LambdaClient", function: str, **changes: str) -> Iterator[None]:
    """Change variables, and change them back at the end.

    Args:
        functions: Lambda.
        function: Name of the function.
        changes: The variables.
    """
    before = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    try:
        functions.update_function_configuration(
            FunctionName=function, Environment={"Variables": {**before, **changes}}
        )
        yield
    finally:
        functions.update_function_configuration(
            FunctionName=function, Environment={"Variables": before}
        )
