"""EC2 instances: records in moto, with what a program on one depends on.

moto's own type knows neither launch templates nor security groups by id.
"""

from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.instances import Instance as MotoInstance
from moto.ssm.models import ssm_backends

from local.aws.cloudformation.resource import Properties, Resource

_LOOK_UP = "resolve:ssm:"


_IN_PLACE = {"DisableApiTermination", "Tags", "UserData"}
"""What changes in place here; EC2 changes more of an instance."""


class Instance(Resource):
    """An instance of a launch template."""

    type_name = "AWS::EC2::Instance"
    attributes = ("AvailabilityZone", "PrivateIp", "VpcId")

    def create(self, properties: Properties) -> str:
        """Launch the instance and return its id."""
        self._properties = properties
        reservation = self._service.run_instances(
            image_id=self._image(properties),
            count=1,
            security_group_names=[],
            user_data=properties.get("UserData"),
            **self._arguments(properties),
        )
        [instance] = reservation.instances
        instance.add_tags({tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])})
        if "IamInstanceProfile" in properties:
            self._service.associate_iam_instance_profile(
                instance_id=instance.id, iam_instance_profile_name=properties["IamInstanceProfile"]
            )
        return str(instance.id)

    def update(self, properties: Properties) -> None:
        """Change what can be changed without another instance.

        Raises:
            ValueError: Something else is to change.
        """
        for name in sorted((properties.keys() | self._properties.keys()) - _IN_PLACE):
            if properties.get(name) != self._properties.get(name):
                raise ValueError(f"the local AWS changes no {name} of an instance: start afresh")
        self._properties = properties
        instance = self._instance
        instance.user_data = properties.get("UserData")
        instance.disable_api_termination = _is_protected(properties)

    def remove(self) -> None:
        """Terminate the instance.

        Raises:
            OperationNotPermitted4: It is protected, as EC2 answers.
        """
        self._service.terminate_instances([self._physical_id])

    def attribute(self, name: str) -> str:
        """Return where the instance is."""
        instance = self._instance
        known = {
            "AvailabilityZone": instance.availability_zone,
            "PrivateIp": instance.private_ip,
            "VpcId": instance.vpc_id,
        }
        return str(known[name])

    @property
    def _service(self) -> EC2Backend:
        return ec2_backends[self.account_id][self.region]

    @property
    def _instance(self) -> MotoInstance:
        return self._service.get_instance(self._physical_id)

    def _template(self, properties: Properties) -> dict[str, Any]:
        """What the launch template says."""
        given = properties.get("LaunchTemplate")
        if not given:
            return {}
        version = self._service._get_template_from_args(given)  # noqa: SLF001 - no accessor
        return dict(version.data)

    def _image(self, properties: Properties) -> str:
        image = str(properties.get("ImageId") or self._template(properties).get("ImageId"))
        if not image.startswith(_LOOK_UP):
            return image
        name = image.removeprefix(_LOOK_UP)
        parameter = ssm_backends[self.account_id][self.region].get_parameter(name)
        if parameter is None:
            raise ValueError(f"ImageId: there is no parameter {name}")
        return str(parameter.value)

    def _arguments(self, properties: Properties) -> dict[str, Any]:
        template = self._template(properties)
        return {
            "block_device_mappings": properties.get("BlockDeviceMappings", []),
            "disable_api_termination": _is_protected(properties),
            "ebs_optimized": properties.get("EbsOptimized", False),
            "instance_type": properties.get("InstanceType")
            or template.get("InstanceType", "m1.small"),
            "is_instance_type_default": False,
            "metadata_options": template.get("MetadataOptions", {}),
            "monitoring_state": "enabled" if properties.get("Monitoring") else "disabled",
            "region_name": self.region,
            "security_group_ids": properties.get("SecurityGroupIds", []),
            "subnet_id": properties.get("SubnetId"),
        }


def _is_protected(properties: Properties) -> bool:
    return str(properties.get("DisableApiTermination", False)).lower() == "true"
