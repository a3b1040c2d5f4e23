"""How secrets are rotated, in memory, as Secrets Manager documents it.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
"""

import copy
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fakes.secrets_manager import failure

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:payroll/clerk-AbCdEf"
OURS = "arn:aws:lambda:eu-central-1:123456789012:function:orders-production-main-alternating"
THEIRS = "arn:aws:lambda:eu-central-1:123456789012:function:theirs"
RULES = {"AutomaticallyAfterDays": 31, "ScheduleExpression": "cron(0 4 1 * ? *)", "Duration": "2h"}


def theirs(**changes: Any) -> dict[str, Any]:
    """What DescribeSecret tells of a secret that their function rotates."""
    return {
        "ARN": ARN,
        "RotationEnabled": True,
        "RotationLambdaARN": THEIRS,
        "RotationRules": RULES,
        "VersionIdsToStages": {"one": ["AWSPREVIOUS"], "two": ["AWSCURRENT", "AWSPENDING"]},
        **changes,
    }


def never() -> dict[str, Any]:
    """The same of one that has never rotated."""
    return {"ARN": ARN, "VersionIdsToStages": {"one": ["AWSCURRENT"]}}


IN_THE_MIDDLE = {"two": ["AWSCURRENT"], "three": ["AWSPENDING"]}


@dataclass
class Rotations:
    """Stands in for the client. `before` and `after` see the name of each call, and may raise.

    Attributes:
        secret: What DescribeSecret tells; None if there is no secret.
        functions: ARNs of the functions that exist, and that Secrets Manager may run.
    """

    secret: dict[str, Any] | None = field(default_factory=theirs)
    functions: set[str] = field(default_factory=lambda: {OURS, THEIRS})
    calls: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _: None
    after: Callable[[str], None] = lambda _: None

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        """DescribeSecret."""
        return self._observed("describe_secret", lambda: copy.deepcopy(self._found(SecretId)))

    def rotate_secret(
        self,
        *,
        SecretId: str,  # noqa: N803
        RotationLambdaARN: str,  # noqa: N803
        RotationRules: dict[str, Any],  # noqa: N803
        RotateImmediately: bool,  # noqa: N803
    ) -> dict[str, Any]:
        """RotateSecret, as far as it configures."""

        def run() -> dict[str, Any]:
            secret = self._found(SecretId)
            assert RotateImmediately is False
            assert len({"AutomaticallyAfterDays", "ScheduleExpression"} & set(RotationRules)) == 1
            self._must_rest(secret)
            if RotationLambdaARN not in self.functions:
                raise failure("ResourceNotFoundException", "RotateSecret")
            secret |= {
                "RotationEnabled": True,
                "RotationLambdaARN": RotationLambdaARN,
                "RotationRules": {"AutomaticallyAfterDays": 30, **RotationRules},
            }
            return {}

        return self._observed("rotate_secret", run)

    def cancel_rotate_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803
        """CancelRotateSecret: the function and the rules stay."""

        def run() -> dict[str, Any]:
            secret = self._found(SecretId)
            if not secret.get("RotationLambdaARN"):
                raise failure("InvalidRequestException", "CancelRotateSecret")
            secret["RotationEnabled"] = False
            return {}

        return self._observed("cancel_rotate_secret", run)

    def typed(self, command: str) -> None:
        """A person types a command of the AWS CLI; it gets its options, and nothing else."""
        program, service, operation, *words = shlex.split(command)
        assert (program, service) == ("aws", "secretsmanager")
        now = "RotateImmediately"
        given: dict[str, Any] = {now: False} if "--no-rotate-immediately" in words else {}
        words = [word for word in words if word != "--no-rotate-immediately"]
        for option, value in zip(words[::2], words[1::2], strict=True):
            name = "".join(part.capitalize() for part in option.strip("-").split("-"))
            given[name.replace("Arn", "ARN")] = value
        if "RotationRules" in given:
            given["RotationRules"] = json.loads(given["RotationRules"])
        getattr(self, operation.replace("-", "_"))(**given)

    def restore_secret(self, *, SecretId: str) -> None:  # noqa: N803
        """RestoreSecret."""
        del self._found(SecretId)["DeletedDate"]

    def update_secret_version_stage(
        self,
        *,
        SecretId: str,  # noqa: N803
        VersionStage: str,  # noqa: N803
        RemoveFromVersionId: str,  # noqa: N803
    ) -> None:
        """UpdateSecretVersionStage, as far as it takes a label off."""
        self._found(SecretId)["VersionIdsToStages"][RemoveFromVersionId].remove(VersionStage)

    @property
    def changes(self) -> list[str]:
        """The calls that do more than look."""
        return [each for each in self.calls if each != "describe_secret"]

    def _found(self, arn: str) -> dict[str, Any]:
        if self.secret is None or arn != ARN:
            raise failure("ResourceNotFoundException", "DescribeSecret")
        return self.secret

    def _must_rest(self, secret: dict[str, Any]) -> None:
        labels = secret["VersionIdsToStages"].values()
        if any("AWSPENDING" in each and "AWSCURRENT" not in each for each in labels):
            raise failure("InvalidRequestException", "RotateSecret")

    def _observed(self, name: str, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.calls.append(name)
        self.before(name)
        answer = run()
        self.after(name)
        return answer
