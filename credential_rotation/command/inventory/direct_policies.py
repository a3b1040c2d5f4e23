"""Policies of users themselves, which the credential report does not know."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from credential_rotation.command.inventory.iam import told

if TYPE_CHECKING:
    from mypy_boto3_iam.client import IAMClient


def direct_policies(iam: "IAMClient") -> Mapping[str, tuple[str, ...]]:
    """List the policies that are attached to users, or written into them, by the users' ARNs.

    A user without any has an empty entry.

    Raises:
        NotAllowedError: A permission is missing.
        NoAnswerError: AWS is out of reach.
    """
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=["User"])
    with told():
        return {
            user["Arn"]: (
                *(policy["PolicyName"] for policy in user.get("AttachedManagedPolicies", [])),
                *(f"{policy['PolicyName']} (inline)" for policy in user.get("UserPolicyList", [])),
            )
            for page in pages
            for user in page["UserDetailList"]
        }
