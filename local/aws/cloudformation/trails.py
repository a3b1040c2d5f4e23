"""Trails of CloudTrail, which moto's CloudFormation lacks.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudtrail-trail.html
"""

from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, cloudtrail_backends

from local.aws.cloudformation.resource import Properties, Resource

_KNOWN = frozenset(
    {
        "AdvancedEventSelectors",
        "EnableLogFileValidation",
        "IncludeGlobalServiceEvents",
        "IsLogging",
        "IsMultiRegionTrail",
        "KMSKeyId",
        "S3BucketName",
        "S3KeyPrefix",
        "Tags",
        "TrailName",
    }
)


class Trail(Resource):
    """A trail. What CloudTrail refuses is refused where its API is called, see `local.trail`."""

    type_name = "AWS::CloudTrail::Trail"
    attributes = ("Arn",)

    @staticmethod
    def cloudformation_name_type() -> str:
        """Return the property that names a trail."""
        return "TrailName"

    def create(self, properties: Properties) -> str:
        """Make the trail, switch it on, and return its name.

        Raises:
            ValueError: It has a property that is not known here.
        """
        _check(properties)
        none: Any = None
        self._service.create_trail(
            name=self.name,
            bucket_name=properties["S3BucketName"],
            s3_key_prefix=properties.get("S3KeyPrefix", none),
            sns_topic_name=none,
            is_global=_is_true(properties.get("IncludeGlobalServiceEvents", True)),
            is_multi_region=_is_true(properties.get("IsMultiRegionTrail")),
            log_validation=_is_true(properties.get("EnableLogFileValidation")),
            is_org_trail=False,
            cw_log_group_arn=none,
            cw_role_arn=none,
            kms_key_id=properties.get("KMSKeyId", none),
            tags_list=properties.get("Tags", []),
        )
        self._physical_id = self.name
        try:
            self._switch(properties)
        except Exception:
            self.remove()
            raise
        return self.name

    def update(self, properties: Properties) -> None:
        """Bring the trail to new properties."""
        _check(properties)
        none: Any = None
        self._service.update_trail(
            name=self._physical_id,
            s3_bucket_name=properties["S3BucketName"],
            s3_key_prefix=properties.get("S3KeyPrefix", none),
            sns_topic_name=none,
            include_global_service_events=_is_true(
                properties.get("IncludeGlobalServiceEvents", True)
            ),
            is_multi_region_trail=_is_true(properties.get("IsMultiRegionTrail")),
            enable_log_file_validation=_is_true(properties.get("EnableLogFileValidation")),
            is_organization_trail=none,
            cw_log_group_arn=none,
            cw_role_arn=none,
            kms_key_id=properties.get("KMSKeyId", none),
        )
        # What is left out goes, which moto takes for no change.
        trail = self._service.get_trail(self._physical_id)
        trail.kms_key_id = properties.get("KMSKeyId", none)
        trail.s3_key_prefix = properties.get("S3KeyPrefix", none)
        self._switch(properties)

    def remove(self) -> None:
        """Delete the trail; what it has delivered stays."""
        self._service.delete_trail(self._physical_id)

    def attribute(self, name: str) -> str:
        """Return the trail's ARN."""
        del name
        return self._service.get_trail(self._physical_id).arn

    def _switch(self, properties: Properties) -> None:
        selectors = properties.get("AdvancedEventSelectors", [])
        self._service.put_event_selectors(self._physical_id, [], selectors)
        if _is_true(properties["IsLogging"]):
            self._service.start_logging(self._physical_id)
        else:
            self._service.stop_logging(self._physical_id)

    @property
    def _service(self) -> CloudTrailBackend:
        backend: CloudTrailBackend = cloudtrail_backends[self.account_id][self.region]
        return backend


def _check(properties: Properties) -> None:
    strange = sorted(properties.keys() - _KNOWN)
    if strange:
        raise ValueError(f"the local AWS knows no {', '.join(strange)} of a trail")


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
