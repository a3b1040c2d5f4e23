"""What shows that access keys do not grow old."""

from collections.abc import Sequence

from security.deployment import Deployment
from security.evidence import at, line, of


def access_keys_rotate(deployment: Deployment) -> Sequence[str]:
    """CloudFormation makes no key; a function makes one where another ends its life in time."""
    users = [name for name, _ in of(deployment, "AWS::IAM::User")]
    if list(of(deployment, "AWS::IAM::AccessKey")):
        return ()
    if not users:
        return ["no user, no access key"]
    rates = [
        line(name, "ScheduleExpression", at(each, "ScheduleExpression"))
        for name, each in of(deployment, "AWS::Events::Rule")
        if str(at(each, "Name")).endswith("-access-key-reaper")
    ]
    schedules = [
        line(name, "RotationRules.ScheduleExpression", at(each, "RotationRules.ScheduleExpression"))
        for name, each in of(deployment, "AWS::SecretsManager::RotationSchedule")
        if name.startswith("AccessKey")
    ]
    return [*schedules, *rates] if len(rates) == len(schedules) == len(users) else ()
