"""The controls about people, each with what in the templates satisfies it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from local.policies import Layer
from security import policy_evidence as policies
from security.control import Control
from security.deployment import Deployment
from security.evidence import at, line, of
from stacks.access.trust import SESSION_SECONDS

_ROLE, _GROUP, _POLICY = "AWS::IAM::Role", "AWS::IAM::Group", "AWS::IAM::ManagedPolicy"
_WITHOUT_MFA = "NothingElseWithoutMfa"


def _rights_are_groups(deployment: Deployment) -> Sequence[str]:
    """No policy is a user's; users are named in groups alone."""
    attached = [name for name, each in of(deployment, _POLICY) if at(each, "Users")]
    if attached or not policies.users_have_groups(deployment):
        return ()
    return [line(name, "GroupName", at(each, "GroupName")) for name, each in of(deployment, _GROUP)]


def _nothing_without_mfa(deployment: Deployment) -> Sequence[str]:
    """Each group denies all but the way to MFA."""
    groups = {
        place: [each.get("Sid") for each in document["Statement"]]
        for place, document in deployment.documents.items()
        if place.layer is Layer.IDENTITY and ":group/" in place.owner
    }
    if not all(_WITHOUT_MFA in sids for sids in groups.values()):
        return ()
    return [f"{place}: {_WITHOUT_MFA}" for place in groups]


def _is_a_persons(role: Mapping[str, Any]) -> bool:
    """Whether somebody who is no service takes a role on, under a name that people know."""
    trusted = json.dumps(at(role, "AssumeRolePolicyDocument"))
    return bool(at(role, "RoleName")) and '"Service"' not in trusted


def _sessions_end(deployment: Deployment) -> Sequence[str]:
    """A session of a person lasts an hour at most."""
    roles = [(name, each) for name, each in of(deployment, _ROLE) if _is_a_persons(each)]
    if not all(at(each, "MaxSessionDuration") == SESSION_SECONDS for _, each in roles):
        return ()
    return [
        line(name, "MaxSessionDuration", at(each, "MaxSessionDuration")) for name, each in roles
    ]


CONTROLS = (
    Control("IAM.1", "no policy allows everything", policies.no_wildcard_in_actions),
    Control("IAM.2, CIS 1.15", "rights are groups', not users'", _rights_are_groups),
    Control("IAM.3, CIS 1.14", "no key that could grow old", policies.no_key_in_a_template),
    Control("IAM.5, CIS 1.10", "MFA, or nothing", _nothing_without_mfa),
    Control("IAM.21", "no policy allows a whole service", policies.no_wildcard_in_actions),
    Control("NIST AC-12", "sessions end after an hour", _sessions_end),
)
