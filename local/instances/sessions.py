"""The temporary credentials that instances get for their roles."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance
from moto.iam.models import iam_backends

from local.identity.sessions import ServiceSession, begin_session

SESSION_SECONDS: Final = 6 * 3600
"""How long EC2's credentials last."""

_PARTITION: Final = "aws"


class NoRoleError(Exception):
    """The instance has no instance profile, its profile no role, or the role no trust in EC2."""


@dataclass(frozen=True)
class RunningInstance:
    """Where an instance is.

    Attributes:
        name: Its id.
        subnets: The id of its subnet.
        security_groups: The ids of its groups.
    """

    name: str
    account: str
    region: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


class InstanceSessions:
    """Assumes roles for instances, and knows which instance was given which credentials.

    Args:
        account: The account of all instances.
        region: Their region.
        may_assume: Whether EC2 may assume a role, given by its ARN.
    """

    def __init__(self, *, account: str, region: str, may_assume: Callable[[str], bool]) -> None:
        self._account, self._region = account, region
        self._may_assume = may_assume
        self._lock = threading.Lock()
        self._holders: dict[str, str] = {}

    def instance(self, instance_id: str) -> Instance:
        """Find an instance.

        Raises:
            LookupError: There is none.
        """
        backend = ec2_backends[self._account][self._region]
        found = next((each for each in backend.all_instances() if each.id == instance_id), None)
        if found is None:
            raise LookupError(f"there is no instance {instance_id}")
        return found

    def role_of(self, instance_id: str) -> str:
        """Name the role that is attached to an instance.

        Raises:
            LookupError: There is no such instance.
            NoRoleError: It has no role.
        """
        profile = self.instance(instance_id).iam_instance_profile
        if profile:
            iam = iam_backends[self._account][_PARTITION]
            for role in iam.get_instance_profile_by_arn(profile["Arn"]).roles:
                return str(role.name)
        raise NoRoleError(f"{instance_id} has no role")

    def assume(self, instance_id: str) -> ServiceSession:
        """Assume an instance's role for it. The session is named after the instance, as EC2 does.

        Raises:
            LookupError: There is no such instance.
            NoRoleError: It has no role that EC2 may assume.
        """
        name = self.role_of(instance_id)
        arn = iam_backends[self._account][_PARTITION].get_role(name).arn
        if not self._may_assume(arn):
            raise NoRoleError(f"{name} does not trust EC2")
        session = begin_session(arn, region=self._region, name=instance_id, seconds=SESSION_SECONDS)
        with self._lock:
            self._holders[session.access_key_id] = instance_id
        return session

    def instance_of(self, access_key_id: str) -> RunningInstance | None:
        """Find the instance that was given these credentials; None if none was."""
        with self._lock:
            instance_id = self._holders.get(access_key_id)
        if instance_id is None:
            return None
        instance = self.instance(instance_id)
        return RunningInstance(
            name=instance_id,
            account=self._account,
            region=self._region,
            subnets=(str(instance.subnet_id),),
            security_groups=tuple(group.id for group in instance.security_groups),
        )
