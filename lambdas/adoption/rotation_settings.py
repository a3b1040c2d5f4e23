"""What rotates a secret, and when: as it is configured, and as it is written down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

_SCHEDULE, _DAYS, _DURATION = "ScheduleExpression", "AutomaticallyAfterDays", "Duration"


@dataclass(frozen=True, slots=True)
class RotationSettings:
    """How the rotation of a secret is configured.

    Attributes:
        function: ARN of the function; empty if the secret has never had one.
        rules: The `RotationRules`, as RotateSecret takes them.
        on: Whether it rotates.
    """

    function: str
    rules: Mapping[str, str | int]
    on: bool

    @classmethod
    def scheduled(cls, function: str, *, schedule: str, duration: str) -> Self:
        """A rotation by a function.

        Args:
            function: Its ARN.
            schedule: As `rate(…)` or `cron(…)`.
            duration: Length of the window, such as `3h`.
        """
        return cls(function, MappingProxyType({_SCHEDULE: schedule, _DURATION: duration}), on=True)

    @classmethod
    def described(cls, answer: Mapping[str, Any]) -> Self:
        """What DescribeSecret tells.

        It names days also where there is a schedule, which counts then; RotateSecret takes one of
        the two: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html
        """
        given = answer.get("RotationRules") or {}
        when = _SCHEDULE if given.get(_SCHEDULE) else _DAYS
        rules = {name: given[name] for name in (when, _DURATION) if given.get(name)}
        return cls(
            function=answer.get("RotationLambdaARN") or "",
            rules=MappingProxyType(rules),
            on=bool(answer.get("RotationEnabled")),
        )

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Self:
        """Reads what `fields` wrote.

        Raises:
            ValueError: It did not write that.
        """
        function, rules, on = (fields.get(name) for name in ("function", "rules", "on"))
        if not (isinstance(function, str) and isinstance(rules, dict) and isinstance(on, bool)):
            raise ValueError("function, rules or on is missing")  # noqa: TRY004 - see above
        return cls(function, MappingProxyType(rules), on=on)

    def fields(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"function": self.function, "rules": dict(self.rules), "on": self.on}

    def command(self, secret: str) -> str:
        """What a person types to configure a secret so, without rotating it.

        Args:
            secret: Its ARN.
        """
        return (
            f"aws secretsmanager rotate-secret --secret-id {secret} --rotation-lambda-arn"
            f" {self.function} --rotation-rules '{json.dumps(dict(self.rules))}'"
            " --no-rotate-immediately"
        )
