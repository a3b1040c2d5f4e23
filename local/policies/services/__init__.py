"""What the operations of each service need permission for.

A call that is in none of these tables is refused: nothing is allowed because nobody thought of it.
Adding a service is a module with a table and a line here; adding an operation is a line in its
module.
"""

from collections.abc import Callable, Mapping

from local.policies.call import Call, UnknownCall
from local.policies.request import Access
from local.policies.services import (
    cloudformation,
    cloudtrail,
    cloudwatch,
    ec2,
    events,
    iam,
    kms,
    lambda_,
    logs,
    rds,
    s3,
    secretsmanager,
    sns,
    ssm,
    sts,
)

_TABLES: Mapping[str, Mapping[str, Callable[[Call], list[Access]]]] = {
    "cloudformation": cloudformation.OPERATIONS,
    "cloudtrail": cloudtrail.OPERATIONS,
    "cloudwatch": cloudwatch.OPERATIONS,
    "ec2": ec2.OPERATIONS,
    "events": events.OPERATIONS,
    "iam": iam.OPERATIONS,
    "kms": kms.OPERATIONS,
    "lambda": lambda_.OPERATIONS,
    "logs": logs.OPERATIONS,
    "rds": rds.OPERATIONS,
    "s3": s3.OPERATIONS,
    "secretsmanager": secretsmanager.OPERATIONS,
    "sns": sns.OPERATIONS,
    "ssm": ssm.OPERATIONS,
    "sts": sts.OPERATIONS,
}


def accesses_of(call: Call) -> list[Access]:
    """List the permissions that a call needs, in the order in which AWS asks for them.

    Raises:
        UnknownCall: It is in no table.
    """
    try:
        needs = _TABLES[call.service][call.operation]
    except KeyError as error:
        raise UnknownCall(
            f"{call.name} is not known to the local AWS, so it is refused; "
            "add it to local/policies/services"
        ) from error
    return needs(call)
