"""The function's entry point: it wires the relay to Lambda."""

from typing import TYPE_CHECKING, cast

import botocore.session
from botocore.config import Config

from custom_resource.inner import CONNECT_SECONDS, READ_SECONDS
from custom_resource.relay import relay_handler

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

client = botocore.session.get_session().create_client(
    "lambda",
    api_version="2015-03-31",
    config=Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        # A call that breaks may have run the function: whether it is to run again, a person says.
        retries={"mode": "standard", "total_max_attempts": 1},
        tcp_keepalive=True,
    ),
)
relay = relay_handler(cast("LambdaClient", client))
