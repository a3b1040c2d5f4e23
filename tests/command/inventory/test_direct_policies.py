"""All pages are read."""

import json
from typing import Any

import boto3
from botocore.stub import Stubber

from credential_rotation.command.inventory.direct_policies import direct_policies


def user(name: str, *attached: str) -> dict[str, Any]:
    return {
        "UserName": name,
        "Arn": f"arn:aws:iam::123456789012:user/{name}",
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": json.dumps({})}],
        "AttachedManagedPolicies": [
            {"PolicyName": each, "PolicyArn": f"arn:aws:iam::aws:policy/{each}"}
            for each in attached
        ],
    }


def test_users_of_all_pages_are_known() -> None:
    iam = boto3.client("iam")
    call = "get_account_authorization_details"
    first = {"UserDetailList": [user("ann", "A", "B")], "IsTruncated": True, "Marker": "m" * 20}
    second = {"UserDetailList": [user("bob")], "IsTruncated": False}
    with Stubber(iam) as stub:
        stub.add_response(call, first, {"Filter": ["User"]})
        stub.add_response(call, second, {"Filter": ["User"], "Marker": "m" * 20})
        assert direct_policies(iam) == {
            "arn:aws:iam::123456789012:user/ann": ("A", "B", "own (inline)"),
            "arn:aws:iam::123456789012:user/bob": ("own (inline)",),
        }
        stub.assert_no_pending_responses()
