"""Custom resources: the function is called and its answer awaited.

moto calls the function in the background, has no failure, and sends no updates and deletions.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import uuid
from collections.abc import Callable
from typing import Any, ClassVar

from moto.cloudformation import parsing
from moto.cloudformation.custom_model import CustomModel

from local.aws.rotations import Outcome
from local.moto_patch import replace

Call = Callable[[str, dict[str, Any]], Outcome]


class CustomResourceError(Exception):
    """The function failed or answered FAILED.

    Attributes:
        begun: The resource, if it was to be created: CloudFormation has the function delete what it
            may have made.
    """

    begun: "CustomResource | None" = None


class Answers:
    """Where the functions put their answers: a path on this server for each request.

    Attributes:
        prefix: Path under which the answers are put.
    """

    prefix = "/_local/custom-resources/"

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._answers: dict[str, dict[str, Any] | None] = {}

    def open(self) -> tuple[str, str]:
        """Return a new request's id and the URL to which its answer is to be put."""
        request_id = str(uuid.uuid4())
        self._answers[request_id] = None
        return request_id, f"{self._endpoint_url}{self.prefix}{request_id}"

    def put(self, request_id: str, body: bytes) -> bool:
        """Keep an answer; tell whether one was awaited."""
        if request_id not in self._answers:
            return False
        self._answers[request_id] = json.loads(body)
        return True

    def take(self, request_id: str) -> dict[str, Any] | None:
        """Return the answer, or None if there was none, and forget the request."""
        return self._answers.pop(request_id)


class CustomResource(CustomModel):
    """A resource that one of the stack's functions makes."""

    answers: ClassVar[Answers]
    call: ClassVar[Call]

    def is_created(self) -> bool:
        """Tell that it is made: the function's answer was awaited."""
        return True

    @property
    def physical_resource_id(self) -> str:
        """What the function answered as PhysicalResourceId."""
        return self._physical_id

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,  # noqa: ANN401 - moto's
    ) -> "CustomResource":
        """Ask the function to create the resource.

        Raises:
            CustomResourceError: It did not.
        """
        del account_id
        resource = cls(region_name, "", kwargs["LogicalId"], resource_name)
        resource._facts = {
            "StackId": kwargs["StackId"],
            "LogicalResourceId": kwargs["LogicalId"],
            "ResourceType": kwargs["ResourceType"],
        }
        resource._physical_id = resource_name
        resource.properties = cloudformation_json["Properties"]
        try:
            resource.request("Create", resource.properties)
        except CustomResourceError as error:
            error.begun = resource
            raise
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "CustomResource",
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> "CustomResource":
        """Ask the function to update the resource.

        Raises:
            CustomResourceError: It did not.
        """
        del new_resource_name, account_id, region_name
        original_resource.request(
            "Update",
            cloudformation_json["Properties"],
            PhysicalResourceId=original_resource.physical_resource_id,
            OldResourceProperties=original_resource.properties,
        )
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        """Ask the function to delete the resource.

        Raises:
            CustomResourceError: It did not.
        """
        del account_id, region_name
        self.request("Delete", self.properties, PhysicalResourceId=self.physical_resource_id)

    def request(self, kind: str, properties: dict[str, Any], **more: object) -> None:
        """Call the function with a request and take its answer.

        Args:
            kind: ``Create``, ``Update`` or ``Delete``.
            properties: The properties from the template, references resolved.
            **more: Further members of the request.

        Raises:
            CustomResourceError: It gave no answer, or FAILED.
        """
        request_id, url = self.answers.open()
        token = properties["ServiceToken"]
        event = {
            **self._facts,
            **more,
            "RequestType": kind,
            "RequestId": request_id,
            "ResponseURL": url,
            "ServiceToken": token,
            "ResourceProperties": _as_strings(properties),
        }
        outcome = type(self).call(token, event)
        answer = self.answers.take(request_id)
        if answer is None:
            cause = outcome.error or "it returned without an answer"
            raise CustomResourceError(
                f"no answer from {token.rpartition(':')[2]}: {cause} (on AWS the stack would wait "
                "for an hour)"
            )
        if kind == "Create":
            self._physical_id = str(answer["PhysicalResourceId"])
        if answer.get("Status") != "SUCCESS":
            raise CustomResourceError(answer.get("Reason") or "FAILED without a reason")
        self._physical_id = str(answer["PhysicalResourceId"])
        self.properties = properties
        self.set_data(answer.get("Data") or {})

    _facts: dict[str, str]
    _physical_id: str
    properties: dict[str, Any]


def _as_strings(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """CloudFormation hands every scalar over as a string."""
    if isinstance(value, dict):
        return {key: _as_strings(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_strings(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def install(*, answers: Answers, call: Call) -> None:
    """Make moto's custom resources these."""
    CustomResource.answers = answers
    CustomResource.call = staticmethod(call)
    replace(parsing, "CustomModel", CustomResource)
