"""What our own resource types have in common."""

from typing import Any

from moto.core.common_models import CloudFormationModel

Properties = dict[str, Any]


class Resource(CloudFormationModel):
    """A resource type that moto lacks.

    A subclass names its type and says what creating, updating and deleting does. Everything that
    moto hands over beside the properties is kept as attributes.

    Attributes:
        type_name: Such as ``AWS::SecretsManager::Secret``.
        attributes: What ``Fn::GetAtt`` can ask for.
    """

    type_name: str = ""  # moto asks every direct subclass of its own class, and this is one
    attributes: tuple[str, ...] = ()

    def __init__(self, name: str, account_id: str, region: str) -> None:
        self.name = name
        self.account_id = account_id
        self.region = region
        self._physical_id = name

    def create(self, properties: Properties) -> str:
        """Make the resource and return its physical id, which ``Ref`` gives."""
        raise NotImplementedError

    def update(self, properties: Properties) -> None:
        """Bring the resource to new properties."""
        raise NotImplementedError

    def remove(self) -> None:
        """Delete the resource."""

    def attribute(self, name: str) -> str:
        """Return an attribute; by default each is the physical id."""
        del name
        return self._physical_id

    def make_anew(self, properties: Properties) -> None:
        """Delete the resource and make another: an update for what has no state of its own."""
        self.remove()
        self._physical_id = self.create(properties)

    # What moto calls.

    @property
    def physical_resource_id(self) -> str:
        """The physical id."""
        return self._physical_id

    @classmethod
    def cloudformation_type(cls) -> str:
        """Return the type's name."""
        return cls.type_name

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names such a resource."""
        return "Name"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """Tell whether ``Fn::GetAtt`` may ask for the attribute."""
        return attr in cls.attributes

    def get_cfn_attribute(self, attribute_name: str) -> str:
        """Return an attribute for ``Fn::GetAtt``."""
        return self.attribute(attribute_name)

    def is_created(self) -> bool:
        """Tell that the resource is there; ours are made at once."""
        return True

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,  # noqa: ANN401 - moto's, not needed
    ) -> "Resource":
        """Create the resource."""
        del kwargs
        resource = cls(resource_name, account_id, region_name)
        resource._physical_id = resource.create(cloudformation_json["Properties"])
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "Resource",
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> "Resource":
        """Update the resource in place."""
        del new_resource_name, account_id, region_name
        original_resource.update(cloudformation_json["Properties"])
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        """Delete the resource."""
        del account_id, region_name
        self.remove()
