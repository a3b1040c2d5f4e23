"""Which secrets of an app can be adopted, as far as the synth can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jsii
from aws_cdk import Stack, Token
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct, IValidation

from credential_rotation.errors import CannotAdoptError, UnknownKeyError

_LIKE_A_RANDOM_END = re.compile("-[A-Za-z0-9]{6}$")


def must_be_adoptable(
    login: Construct,
    adopt: secretsmanager.ISecret | None,
    adopt_from: lambda_.IFunction | None,
    *,
    admin: secretsmanager.ISecret,
) -> None:
    """Refuses what would fail, or do harm, once it is deployed.

    Args:
        login: The login.
        adopt: The secret, if there is one.
        adopt_from: What rotates it at present.
        admin: The secret of the database's admin.

    Raises:
        CannotAdoptError: Names the argument.
    """
    for why in _obstacles(Stack.of(login), adopt, adopt_from, admin=admin):
        raise CannotAdoptError(f"{login.node.path} can't adopt: {why}.")


def identity(secret: secretsmanager.ISecret) -> str:
    """What tells a secret from others at the synth, however the app has come by it."""
    name = secret.secret_name
    return secret.secret_arn if Token.is_unresolved(name) else name


def key_of(secret: secretsmanager.ISecret) -> str:
    """The ARN of the key that encrypts a secret, as policies of roles have to name it.

    Returns:
        Empty for AWS's own, `aws/secretsmanager`.

    Raises:
        UnknownKeyError: It is told by an alias alone, which such policies can't name:
            https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html
    """
    key = secret.encryption_key
    if isinstance(key, kms.Alias):
        key = key.alias_target_key
    arn = key.key_arn if key else ""
    if ":alias/" in arn:
        raise UnknownKeyError(
            f"The encryption_key of {secret.node.path} is {arn.rpartition(':')[2]}, and IAM grants "
            "the use of keys, not of aliases: import the key, by Key.from_key_arn(…) or, from the "
            "alias, Key.from_lookup(…)."
        )
    return arn


def may_have_its_end(secret: secretsmanager.ISecret) -> bool:
    """Whether the name of a secret ends like a random end, so that its ARN may be whole or not.

    Secrets Manager does not find it by that ARN, and policies do not name it, if it is not.
    """
    return not secret.secret_full_arn and bool(_LIKE_A_RANDOM_END.search(secret.secret_arn))


def _obstacles(
    stack: Stack,
    adopt: secretsmanager.ISecret | None,
    adopt_from: lambda_.IFunction | None,
    *,
    admin: secretsmanager.ISecret,
) -> Iterator[str]:
    if adopt is None:
        if adopt_from is not None:
            yield "adopt_from is set, and adopt is not"
        return
    if not hasattr(adopt, "secret_arn"):
        yield (
            f"adopt is {adopt!r}, and has to be a secret: Secret.from_secret_complete_arn(…), or"
            " from_secret_attributes(…) with its encryption_key if that is not AWS's own"
        )
    if adopt_from is not None and not hasattr(adopt_from, "function_arn"):
        yield f"adopt_from is {adopt_from!r}, and has to be a function: from_function_arn(…)"
    if may_have_its_end(adopt):
        yield (
            f"it is not told whether the end of adopt, {adopt.secret_arn}, is Secrets Manager's"
            " random one; name it by Secret.from_secret_complete_arn(…)"
        )
    if identity(adopt) == identity(admin):
        yield "adopt is the secret of the database's admin"
    yield from _elsewhere(stack, "adopt", adopt.secret_arn, shared=bool(adopt.encryption_key))
    if adopt_from is not None:
        yield from _elsewhere(stack, "adopt_from", adopt_from.function_arn)


def _elsewhere(stack: Stack, argument: str, arn: str, *, shared: bool = False) -> Iterator[str]:
    """Of what is known: most stacks don't tell their account and region."""
    if Token.is_unresolved(arn):
        return
    _, _, _, region, account, _ = arn.split(":", 5)
    if not Token.is_unresolved(stack.region) and region != stack.region:
        yield f"{argument} is in {region}, and the stack in {stack.region}"
    if not (shared or Token.is_unresolved(stack.account) or account == stack.account):
        yield f"{argument} is of the account {account}, and the stack of {stack.account}"


@jsii.implements(IValidation)
class RotatedByNobodyElse:
    """Ends the synth if the app has another function rotate a secret that it adopts.

    Only then: what rotates it may come after the login, and anywhere in the app.
    """

    def __init__(self, adopt: secretsmanager.ISecret) -> None:
        """Names the secret.

        Args:
            adopt: The secret, or the attachment that completes it, which is the same one.
        """
        self._adopt = adopt

    def validate(self) -> list[str]:
        """What is in the way."""
        node = self._adopt.node
        same = [*([node.scope] if node.scope else []), *node.find_all()]
        arns = {getattr(each, "secret_arn", None) for each in same}
        return [
            f"{each.node.path} has another function rotate adopt: take it out first, with"
            " DeletionPolicy: Retain"
            for each in node.root.node.find_all()
            if isinstance(each, secretsmanager.CfnRotationSchedule) and each.secret_id in arns
        ]
