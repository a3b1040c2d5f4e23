"""IAM users and their groups, which moto's CloudFormation lacks or has without their rights.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from moto.iam.models import Group as GroupOfUsers
from moto.iam.models import IAMBackend, iam_backends

from local.aws.cloudformation.resource import Properties, Resource
from local.identity.boundaries import set_boundary

_PARTITION = "aws"


class _InIam(Resource):
    """A resource of IAM.

    Attributes:
        known: The properties that it may have; any other one would be lost in silence.
    """

    known: frozenset[str]

    def _check(self, properties: Properties) -> None:
        strange = sorted(properties.keys() - self.known)
        if strange:
            kind = self.type_name.rpartition("::")[2].lower()
            raise ValueError(f"the local AWS knows no {', '.join(strange)} of a {kind}")

    @property
    def _service(self) -> IAMBackend:
        backend: IAMBackend = iam_backends[self.account_id][_PARTITION]
        return backend


class Group(_InIam):
    """A group with managed policies."""

    type_name = "AWS::IAM::Group"
    known = frozenset({"GroupName", "ManagedPolicyArns", "Path"})
    attributes = ("Arn",)

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names a group."""
        return "GroupName"

    def create(self, properties: Properties) -> str:
        """Make the group and return its name.

        Raises:
            ValueError: It has a property that is not known here.
        """
        self._check(properties)
        self._service.create_group(self.name, properties.get("Path", "/"))
        self._attach(properties)
        return self.name

    def update(self, properties: Properties) -> None:
        """Exchange the policies."""
        self._check(properties)
        for arn in list(self._group.managed_policies):
            self._service.detach_group_policy(arn, self._physical_id)
        self._attach(properties)

    def remove(self) -> None:
        """Delete the group."""
        self._service.delete_group(self._physical_id)

    def attribute(self, name: str) -> str:
        """Return the group's ARN."""
        del name
        return str(self._group.arn)

    def _attach(self, properties: Properties) -> None:
        for arn in properties.get("ManagedPolicyArns", []):
            self._service.attach_group_policy(arn, self.name)

    @property
    def _group(self) -> GroupOfUsers:
        return self._service.get_group(self._physical_id)


class User(_InIam):
    """A user in groups, with a permissions boundary; moto makes one without either."""

    type_name = "AWS::IAM::User"
    known = frozenset({"Groups", "Path", "PermissionsBoundary", "Tags", "UserName"})
    attributes = ("Arn",)

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names a user."""
        return "UserName"

    def create(self, properties: Properties) -> str:
        """Make the user and return its name.

        Raises:
            ValueError: It has a property that is not known here.
        """
        self._check(properties)
        self._service.create_user(
            self.region, self.name, properties.get("Path", "/"), properties.get("Tags", [])
        )
        self._allow(properties)
        return self.name

    def update(self, properties: Properties) -> None:
        """Exchange groups, boundary and tags."""
        self._check(properties)
        self._leave_groups()
        self._service.tag_user(self._physical_id, properties.get("Tags", []))
        self._allow(properties)

    def remove(self) -> None:
        """Delete the user, who must have no keys any more."""
        self._leave_groups()
        self._service.delete_user(self._physical_id)

    def attribute(self, name: str) -> str:
        """Return the user's ARN."""
        del name
        return str(self._service.get_user(self._physical_id).arn)

    def _allow(self, properties: Properties) -> None:
        user = self._service.get_user(self.name)
        set_boundary(user, properties.get("PermissionsBoundary"))
        for group in properties.get("Groups", []):
            self._service.add_user_to_group(group, self.name)

    def _leave_groups(self) -> None:
        for group in self._service.get_groups_for_user(self._physical_id):
            self._service.remove_user_from_group(group.name, self._physical_id)


class UserToGroupAddition(_InIam):
    """Users who become members of a group; both exist already."""

    type_name = "AWS::IAM::UserToGroupAddition"

    def create(self, properties: Properties) -> str:
        """Add the users."""
        self._group, self._users = str(properties["GroupName"]), list(properties["Users"])
        for user in self._users:
            self._service.add_user_to_group(self._group, user)
        return self.name

    def update(self, properties: Properties) -> None:
        """Add those who are new, and take out those who are not named any more."""
        self.make_anew(properties)

    def remove(self) -> None:
        """Take the users out."""
        for user in self._users:
            self._service.remove_user_from_group(self._group, user)
