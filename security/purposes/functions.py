"""What the other functions do."""

from collections.abc import Iterator

from security.calls import Calls
from security.identifiers import REGION, arn
from security.intent import Intent
from security.parts import Parts


def purposes(parts: Parts) -> Iterator[Intent]:
    """List what the functions that do not rotate need."""
    calls = Calls(parts)
    creator = parts.function("application-users")
    for name, what in {
        "application": "whom to create, and with which password",
        "admin": "log in as the master user, who creates the application's",
    }.items():
        yield from calls.secret(
            creator, "GetSecretValue", parts.secret(name), what, VersionStage="AWSCURRENT"
        )
    if "consumer" in parts.functions():
        what = "log in to the database"
        yield from calls.secret(
            parts.function("consumer"),
            "GetSecretValue",
            parts.secret("application"),
            what,
            VersionStage="AWSCURRENT",
        )
    yield from _close_default_group(parts)
    for maker in parts.makers():
        yield Intent(
            what="have a custom resource made, to answer CloudFormation",
            who=parts.function("custom-resources"),
            action="lambda:InvokeFunction",
            resource=maker.code_of,
        )


def _close_default_group(parts: Parts) -> Iterator[Intent]:
    for direction in ("Egress", "Ingress"):
        yield Intent(
            what=f"take the {direction.lower()} rule away that the group is born with",
            who=parts.function("default-group"),
            action=f"ec2:RevokeSecurityGroup{direction}",
            resource=parts.security_group(),
            context={"ec2:Region": REGION, "ec2:Vpc": arn("ec2", "vpc/vpc-0example")},
        )
