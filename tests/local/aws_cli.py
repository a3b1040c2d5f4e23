"""As much of the AWS CLI as the commands in the documentation need.

`python aws_cli.py iam update-access-key --user-name anna …`: the operation and its parameters are
botocore's, so that a wrong name is an error as it is with the CLI.
"""

import json
import sys

import boto3
from botocore import xform_name
from botocore.validate import validate_parameters

UNKNOWN_HERE = {"cloudtrail"}
"""Services that the local AWS lacks: their parameters are checked, and nothing is called."""


def main(service, operation, *options):
    client = boto3.client(service)
    methods = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
    shape = client.meta.service_model.operation_model(methods[operation]).input_shape
    members = {f"--{xform_name(name, '-')}": name for name in shape.members}
    given = {
        members[option]: parsed(value, shape.members[members[option]])
        for option, value in zip(options[::2], options[1::2], strict=True)
    }
    validate_parameters(given, shape)
    if service not in UNKNOWN_HERE:
        answer = getattr(client, operation.replace("-", "_"))(**given)
        print(json.dumps(answer, default=str))


def parsed(value, shape):
    if shape.type_name == "list":
        return [dict(pair.split("=", 1) for pair in value.split(","))]
    return value


if __name__ == "__main__":
    main(*sys.argv[1:])
