"""What the credentials of one stack of somebody's app share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

from aws_cdk import RemovalPolicies, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_sns as sns
from constructs import Construct

from credential_rotation.errors import (
    CannotAdoptError,
    EndpointError,
    SubnetsError,
    TakenNameError,
    TooLongNameError,
)
from credential_rotation.names import Names
from credential_rotation.network import Endpoint
from credential_rotation.platform import ExistingNetworkOptions, Platform, PlatformOptions

if TYPE_CHECKING:
    from credential_rotation.database_rotator import DatabaseRotator

_ID = "CredentialRotation"

LONGEST_STACK_NAME = 24
LONGEST_PART = 19
"""Characters of what names begin with, and of a database in them: functions' names have 64."""


class Shared(Construct):
    """Keys, alarms' topic, watch and custom resources, made when the first credential wants them.

    Attributes:
        rotators: What rotates users, by the database.
    """

    def __init__(self, stack: Stack) -> None:
        """Begin with nothing.

        Args:
            stack: The stack.
        """
        super().__init__(stack, _ID)
        go_with_the_stack(self)
        self.rotators: dict[object, DatabaseRotator] = {}
        self._platforms: dict[str, Platform] = {}
        self._endpoints: dict[str, Endpoint | None] = {}
        self._subnets: dict[str, set[str]] = {}
        self._topics: dict[Platform, sns.ITopic] = {}
        self._taken: dict[str, str] = {}
        self._adopted: dict[str, str] = {}

    @classmethod
    def of(cls, scope: Construct) -> Self:
        """That of a stack.

        Args:
            scope: Anything in the stack.
        """
        stack = Stack.of(scope)
        found = stack.node.try_find_child(_ID)
        return found if isinstance(found, cls) else cls(stack)

    def platform(
        self,
        vpc: ec2.IVpc | None = None,
        subnets: Sequence[ec2.ISubnet] | None = None,
        endpoint: Endpoint | None = None,
    ) -> Platform:
        """That of a network.

        Args:
            vpc: The network; None for what needs none, which shares the first that there is.
            subnets: Where functions run, of the first who asks; None for its private subnets, or
                for those of the first.
            endpoint: The network's endpoint of Secrets Manager, of the first who asks; None if it
                has none, or for that of the first.

        Raises:
            EndpointError: The first has asked with another endpoint, or with none.
            SubnetsError: The first has asked with other subnets.
            TakenNameError: The first has asked without a network.
            TooLongNameError: The stack's name does not fit into the names of functions.
        """
        if vpc is None and self._platforms:
            return next(iter(self._platforms.values()))
        address = vpc.node.addr[-6:] if vpc else ""
        if address not in self._platforms:
            self._must_be_first(vpc)
            names = names_of(Stack.of(self))
            if vpc and subnets is None:
                subnets = vpc.select_subnets().subnets
            self._platforms[address] = Platform(
                self,
                f"Platform-{address}" if address else "Platform",
                names=names.within(address) if self._platforms else names,
                options=PlatformOptions(
                    network=ExistingNetworkOptions(vpc, subnets, endpoint or False)
                    if vpc and subnets
                    else None
                ),
            )
            self._endpoints[address] = endpoint
            self._subnets[address] = _ids(subnets or ())
        elif endpoint and endpoint != self._endpoints[address]:
            raise EndpointError(
                f"For the network of {self.node.path} the endpoint {endpoint.id} is named, but the "
                "first login or rotator in it has named another one, or none. Name it there."
            )
        elif subnets is not None and _ids(subnets) != self._subnets[address]:
            raise SubnetsError(
                f"For the network of {self.node.path} subnets are named, but the first login or "
                "rotator in it has named others, or none, and what looks after all of its "
                "databases runs there. Name them there, or the same ones here."
            )
        return self._platforms[address]

    def _must_be_first(self, vpc: ec2.IVpc | None) -> None:
        """Else a key that is put before a login would change the names of all that is there."""
        if vpc and "" in self._platforms:
            raise TakenNameError(
                f"An access key of the stack {Stack.of(self).node.path} is made before its first "
                "login of a database, so that the names which that would have without the key are "
                "taken. Make the key after the login, or in a stack of its own."
            )

    def alarm_topic(self, platform: Platform) -> sns.ITopic:
        """Where a network's alarms ring, as the CDK's own; the same for all who ask.

        Args:
            platform: That of the network.
        """
        if platform not in self._topics:
            self._topics[platform] = sns.Topic.from_topic_arn(
                self, f"{platform.node.id}Alarms", platform.topic.arn
            )
        return self._topics[platform]

    def take(self, names: Names, *, path: str) -> Names:
        """Give names to one construct alone.

        Args:
            names: What its names begin with.
            path: The construct's path, for errors.

        Raises:
            TakenNameError: Another one has them.
        """
        before = self._taken.setdefault(names.path, path)
        if before != path:
            raise TakenNameError(
                f"Names of {path} begin with {names.path}, as those of {before} do: names have "
                "small letters, digits and hyphens, and nothing of the scope. Call one otherwise."
            )
        return names

    def adopt(self, secret: str, *, path: str) -> None:
        """Give somebody else's secret to one login alone.

        Args:
            secret: What tells it from others.
            path: The login's path, for errors.

        Raises:
            CannotAdoptError: Another one has it.
        """
        before = self._adopted.setdefault(secret, path)
        if before != path:
            raise CannotAdoptError(
                f"{path} would take over the user of its adopt, as {before} has: one login adopts"
                " a secret."
            )


def names_of(stack: Stack) -> Names:
    """What the names of a stack's credentials begin with: the name of the stack.

    Raises:
        TooLongNameError: It does not fit into the names of functions, or is not known.
    """
    if stack.nested_stack_parent:
        raise TooLongNameError(
            f"The name of the nested stack {stack.node.path} is made when it is deployed, and "
            "names of functions, secrets and alarms begin with it. Make the DatabaseRotator in the "
            "stack around it, and pass it as rotator; or put the credential there."
        )
    if Token.is_unresolved(stack.stack_name):
        raise TooLongNameError(
            f"The name of the stack {stack.node.path} is made when it is deployed, and names of "
            "functions, secrets and alarms begin with it. Give it a stack_name."
        )
    prefix = slug(stack.stack_name)
    if len(prefix) > LONGEST_STACK_NAME:
        raise TooLongNameError(
            f"The name of the stack {stack.stack_name} has {len(prefix)} characters. Names of "
            f"functions begin with it: give it a stack_name of {LONGEST_STACK_NAME} at most."
        )
    return Names(prefix=prefix, path=prefix)


def go_with_the_stack(scope: Construct) -> None:
    """Let logs go with what writes them: one that stays would be in the way of the next stack."""
    RemovalPolicies.of(scope).destroy(apply_to_resource_types=["AWS::Logs::LogGroup"])


def part_of(name: str, *, path: str) -> str:
    """The name of a database or a key as a part of longer names.

    Args:
        name: The name.
        path: Whose it is, for errors.

    Raises:
        TooLongNameError: It is not known yet, or nothing of it is left.
    """
    part = "" if Token.is_unresolved(name) else slug(name)
    if not part:
        raise TooLongNameError(
            f"The names of functions and secrets of {path} would be made of {name!r}, and have its "
            "letters and digits of ASCII, as the synth knows them. Call it otherwise."
        )
    return part


def _ids(subnets: Sequence[ec2.ISubnet]) -> set[str]:
    return {each.subnet_id for each in subnets}


def slug(name: str) -> str:
    """Write a name in small letters, digits and hyphens."""
    words = re.sub("(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return re.sub("[^0-9a-z]+", "-", words.lower()).strip("-")
