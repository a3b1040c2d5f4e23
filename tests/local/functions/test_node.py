"""Functions of Node.js, which the CDK's own constructs deploy."""

import io
import zipfile
from pathlib import Path

import pytest

from local import toolchain
from local.functions.interpreter import NODE_RUNTIMES, Node
from local.functions.invocation import CannotRun

from .conftest import Lambda, LambdaFactory

ECHO = """
exports.handler = async (event, context) => ({
    event, arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis(),
    region: process.env.AWS_REGION, pid: process.pid,
});
"""

LATER = """
exports.handler = async () => {
    setTimeout(() => { throw new Error("later"); });
    await new Promise(() => {});
};
"""


def packed(code: str, *, file: str = "app.js") -> dict[str, bytes]:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as zipped:
        zipped.writestr(file, code)
    return {"ZipFile": package.getvalue()}


@pytest.fixture(scope="module")
def node() -> Node:
    found = toolchain.find()
    return Node(found.node, found.node_modules)


@pytest.fixture
def aws(start: LambdaFactory, node: Node) -> Lambda:
    return start(node=node)


def deploy(
    aws: Lambda, name: str, code: str, *, file: str = "app.js", runtime: str = NODE_RUNTIMES[1]
) -> str:
    return aws.deploy("", name=name, Runtime=runtime, Code=packed(code, file=file), Timeout=20)


@pytest.mark.parametrize("runtime", NODE_RUNTIMES)
def test_a_function_answers(aws: Lambda, name: str, runtime: str) -> None:
    arn = deploy(aws, name, ECHO, runtime=runtime)
    first, second = (aws.functions.invoke(arn, {"to": "you"}) for _ in range(2))
    assert first.answer["event"] == {"to": "you"}
    assert first.answer["arn"] == arn
    assert first.answer["region"] == "eu-west-1"
    assert first.answer["left"] > 0
    assert second.answer["pid"] == first.answer["pid"]


def test_a_module_of_ecmascript_answers(aws: Lambda, name: str) -> None:
    code = "import fs from 'node:fs';\nexport const handler = async () => fs.existsSync('app.mjs');"
    assert aws.functions.invoke(deploy(aws, name, code, file="app.mjs"), {}).answer is True


def test_a_callback_answers_where_lambda_has_callbacks(aws: Lambda, name: str) -> None:
    code = "exports.handler = (event, context, done) => setTimeout(() => done(null, 'late'), 20);"
    assert aws.functions.invoke(deploy(aws, name, code), {}).answer == "late"
    newer = deploy(aws, f"{name}-24", code, runtime="nodejs24.x")
    refused = aws.functions.invoke(newer, {}).error
    assert refused is not None
    assert refused.type == "Runtime.CallbackHandlerDeprecated"


def test_an_answer_that_nobody_waits_for_is_none(aws: Lambda, name: str) -> None:
    code = "exports.handler = () => { setTimeout(() => console.log('done'), 20); return 1; };"
    invocation = aws.functions.invoke(deploy(aws, name, code), {})
    assert invocation.answer is None
    assert b"INFO\tdone" in invocation.log_tail


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        ("exports.handler = async () => { throw new TypeError('no') }", "TypeError", "no"),
        (LATER, "Error", "later"),
        ("exports.other = 1", "Runtime.HandlerNotFound", "app.handler"),
        ("require('nothing-of-that-name')", "Runtime.ImportModuleError", "nothing-of-that-name"),
        (
            "require('@aws-sdk/client-glue')",
            "Runtime.ImportModuleError",
            "Lambda brings @aws-sdk/client-glue, the local AWS does not: add it to package.json",
        ),
        ("throw new RangeError('at once')", "RangeError", "at once"),
        ("exports.handler = async () => process.exit(3)", "Runtime.ExitError", "exit status 3"),
    ],
)
def test_a_failure_is_told_as_lambda_tells_it(
    aws: Lambda, name: str, code: str, kind: str, says: str
) -> None:
    error = aws.functions.invoke(deploy(aws, name, code), {}).error
    assert error is not None
    assert error.type == kind
    assert says in error.message


def test_it_finds_the_sdk_that_lambda_brings_and_no_other_package_of_ours(
    aws: Lambda, name: str
) -> None:
    code = """
    const { CloudWatchLogs } = require("@aws-sdk/client-cloudwatch-logs");
    exports.handler = async () => {
        await new CloudWatchLogs({}).createLogGroup({ logGroupName: "made-by-node" });
        try { require("aws-cdk"); } catch (error) { return error.code; }
    };
    """
    assert aws.functions.invoke(deploy(aws, name, code), {}).answer == "MODULE_NOT_FOUND"
    groups = aws.client("logs").describe_log_groups()["logGroups"]
    assert "made-by-node" in {group["logGroupName"] for group in groups}


def test_a_package_s_own_sdk_comes_first(aws: Lambda, name: str) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as zipped:
        zipped.writestr("app.js", "exports.handler = async () => require('@aws-sdk/client-s3').own")
        zipped.writestr("node_modules/@aws-sdk/client-s3/index.js", "exports.own = 'own';")
    code = {"ZipFile": package.getvalue()}
    arn = aws.deploy("", name=name, Runtime="nodejs22.x", Code=code, Timeout=20)
    assert aws.functions.invoke(arn, {}).answer == "own"


def test_another_runtime_is_refused_by_name(aws: Lambda, name: str) -> None:
    arn = aws.deploy("", name=name, Runtime="ruby3.4", Code=packed(""))
    with pytest.raises(CannotRun, match=r"ruby3\.4.*nodejs22\.x"):
        aws.functions.invoke(arn, {})


def test_without_a_node_there_are_none(start: LambdaFactory, name: str, tmp_path: Path) -> None:
    aws = start()
    with pytest.raises(CannotRun, match="deploy it for one of python"):
        aws.functions.invoke(deploy(aws, name, ECHO), {})
