"""What people and their roles are for."""

from collections.abc import Iterator
from dataclasses import replace

from local.policies import Policy
from security.calls import Calls
from security.identifiers import arn
from security.intent import Intent
from security.people import evidence
from security.people.calls import IN_TIME, NO_MFA, by_person, mfa, take_on, tell_source
from security.people.staff import Staff, device_arn, user_arn
from security.principals import Principal

_ENROL = {
    "iam:CreateVirtualMFADevice": (device_arn, "make an MFA device"),
    "iam:DeleteVirtualMFADevice": (device_arn, "start over when the codes were never typed"),
    "iam:EnableMFADevice": (user_arn, "type the first codes"),
    "iam:GetUser": (user_arn, "see the own user, in the console"),
    "iam:ListMFADevices": (user_arn, "see the own device"),
    "iam:ListVirtualMFADevices": (lambda _: "*", "see the devices, in the console"),
    "iam:ResyncMFADevice": (user_arn, "set a device right whose clock is wrong"),
    "iam:ChangePassword": (user_arn, "change the first password"),
    "iam:GetAccountPasswordPolicy": (lambda _: "*", "see what a password has to be like"),
}
_WITH_MFA = {
    "iam:DeactivateMFADevice": "exchange the device",
    "iam:CreateAccessKey": "change the own key: make the next one",
    "iam:DeleteAccessKey": "change the own key: delete the last one",
    "iam:ListAccessKeys": "see the own keys",
    "iam:UpdateAccessKey": "stop an own key that leaked",
}
_ASKS_NOBODY = Policy(
    "GetSessionToken needs no permission",
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:GetSessionToken", "Resource": "*"}],
    },
)
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html"""


def purposes(staff: Staff) -> Iterator[Intent]:
    """List everything that must be allowed."""
    for role, member in staff.members():
        yield from _own_credentials(member)
        what = "take the own role on, with MFA"
        yield take_on(member, staff.session(role), what, mfa())
        what = "say who takes it on"
        yield tell_source(member, staff.session(role), what, member.user_name)
    yield from _contractor(staff)
    yield from _sight(staff)
    yield from _operation(staff)
    yield from evidence.purposes(staff)
    for secret in staff.readable():
        yield from Calls(staff.parts).secret(
            staff.session("break-glass"),
            "GetSecretValue",
            secret,
            "read a login's password in use",
            endpoint="",
            VersionStage="AWSCURRENT",
        )


def _own_credentials(member: Principal) -> Iterator[Intent]:
    for action, (resource, what) in _ENROL.items():
        target = resource(member.user_name)
        yield by_person(member, action, target, f"{what}, without MFA", NO_MFA)
    ask = replace(member, policies=(_ASKS_NOBODY,))
    what = "ask for a session, to which the code belongs"
    yield by_person(ask, "sts:GetSessionToken", "*", what, NO_MFA)
    for action, what in _WITH_MFA.items():
        yield by_person(member, action, user_arn(member.user_name), what, mfa())


def _contractor(staff: Staff) -> Iterator[Intent]:
    who, role = staff.contractor(), staff.session("contractor")
    given = {"ExternalId": staff.access.contractor_external_id, "SourceIdentity": who.user_name}
    yield take_on(who, role, "take the own role on, with MFA", mfa(), **given)
    yield tell_source(who, role, "say who takes it on", who.user_name)


def _sight(staff: Staff) -> Iterator[Intent]:
    alarms = arn("cloudwatch", "alarm:*")
    for who in staff.sessions():
        if who.name == "break-glass":
            continue
        yield from _look(staff, who, "DescribeSecret", "see when a secret was rotated")
        yield from _look(staff, who, "ListSecretVersionIds", "see which version has which label")
        yield _in_time(who, "cloudwatch:DescribeAlarms", alarms, "see which alarms ring")
    auditor = staff.session("auditor")
    yield from _look(staff, auditor, "GetResourcePolicy", "see who may read a secret")
    board = arn("cloudwatch", f"dashboard/{staff.parts.ids.stack}", region="")
    yield _in_time(auditor, "cloudwatch:GetDashboard", board, "see the dashboard")
    yield _in_time(auditor, "cloudwatch:GetMetricData", "*", "see the dashboard's figures")


def _look(staff: Staff, who: Principal, operation: str, what: str) -> Iterator[Intent]:
    for secret in staff.parts.secrets():
        call = Calls(staff.parts).secret_alone(who, operation, secret, what, endpoint="")
        yield replace(call, context={**call.context, "aws:CurrentTime": IN_TIME})


def _in_time(who: Principal, action: str, resource: str, what: str) -> Intent:
    context = {"aws:CurrentTime": IN_TIME}
    return Intent(what=what, who=who, action=action, resource=resource, context=context)


def _operation(staff: Staff) -> Iterator[Intent]:
    who, calls = staff.session("rotation-operator"), Calls(staff.parts)
    for secret, function in staff.parts.rotators.items():
        yield rotate(staff, who, secret, "rotate a secret", ModifyRotationRules="false")
        what = "rotate a secret, naming its function"
        yield rotate(staff, who, secret, what, RotationLambdaARN=function)
        invoke = Intent(
            what="rotate a secret: Secrets Manager asks for the function too",
            who=who,
            action="lambda:InvokeFunction",
            resource=function,
        )
        yield invoke
        what = "stop a rotation"
        yield calls.secret_alone(who, "CancelRotateSecret", secret, what, endpoint="")
        for label, what in {
            "AWSCURRENT": "roll a label back",
            "AWSPENDING": "take the label off that a failed rotation left",
        }.items():
            yield calls.secret_alone(
                who, "UpdateSecretVersionStage", secret, what, endpoint="", VersionStage=label
            )
        yield read_log(who, function, "read why a step failed")
    watch = staff.parts.function("watch").code_of
    yield read_log(who, watch, "read which rotations are overdue, and what to do")


def read_log(who: Principal, function: str, what: str) -> Intent:
    """Read what a function has logged.

    Args:
        who: Who reads.
        function: The function's ARN.
        what: What for.
    """
    log = arn("logs", f"log-group:/aws/lambda/{function.rpartition(':')[2]}:log-stream:")
    return Intent(what=what, who=who, action="logs:FilterLogEvents", resource=log)


def rotate(staff: Staff, who: Principal, secret: str, what: str, **parameters: str) -> Intent:
    """Start a rotation."""
    return Calls(staff.parts).secret_alone(
        who, "RotateSecret", secret, what, endpoint="", **parameters
    )
