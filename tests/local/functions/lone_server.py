"""A server that runs a function until it is killed, and tells the function's process."""

import base64
import sys
import threading
import time
from pathlib import Path

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends

from local.functions import Functions
from tests.local.functions.packages import zipped

ACCOUNT = "123456789012"
HANDLER = """
import os, pathlib, time
def handler(event, context):
    pathlib.Path(event["file"]).write_text(str(os.getpid()))
    time.sleep(600)
"""


def deploy() -> str:
    role = iam_backends[ACCOUNT]["aws"].create_role("role", "{}", "/", None, "", [], "3600")
    function = {
        "FunctionName": "busy",
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "Role": role.arn,
        "Handler": "app.handler",
        "Timeout": 900,
        "Code": {"ZipFile": base64.b64encode(zipped(HANDLER))},
    }
    return lambda_backends[ACCOUNT]["eu-west-1"].create_function(function).function_arn


def main(interpreter: Path, directory: Path) -> None:
    with Functions(
        interpreter=interpreter, directory=directory, endpoint_url="http://127.0.0.1:9"
    ) as functions:
        started = directory / "started"
        event = {"file": str(started)}
        threading.Thread(target=functions.invoke, args=(deploy(), event), daemon=True).start()
        while not (started.exists() and started.read_text()):
            time.sleep(0.02)
        print(started.read_text(), flush=True)
        time.sleep(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
