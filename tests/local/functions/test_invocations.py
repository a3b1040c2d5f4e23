"""What a caller gets."""

import pytest

from local.functions.invocation import FunctionNotFound

from .conftest import REGION, Lambda

ECHO = """
def handler(event, context):
    return {"event": event, "arn": context.invoked_function_arn}
"""


def test_a_function_answers_an_http_caller(aws: Lambda, name: str) -> None:
    arn = aws.deploy(ECHO, name=name)
    told = aws.call(name, {"to": "you"})
    assert told["answer"] == {"event": {"to": "you"}, "arn": arn}
    assert told["error"] is None
