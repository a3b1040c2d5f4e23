"""Records of calls.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
Left out is what the local AWS does not know: the elements of answers, and details of TLS.
"""

import uuid
from collections.abc import Iterator
from typing import Any

from local.policies import Layer
from local.policies.callers import Caller
from local.policies.recording import Judged, Seen
from local.policies.request import Access
from local.trail.parameters import parameters_of

Record = dict[str, Any]

GLOBAL = "us-east-1"
"""Where services are recorded that have no region."""

_VERSION = "1.11"
_SOURCES = {"cloudwatch": "monitoring"}
"""Services that CloudTrail calls otherwise than boto3 does."""

_OBJECTS = frozenset(
    {
        *("CopyObject", "DeleteObject", "DeleteObjects", "GetObject", "GetObjectRetention"),
        *("HeadBucket", "HeadObject", "ListObjectVersions", "ListObjects", "ListObjectsV2"),
        *("PutObject", "PutObjectRetention"),
    }
)
_DATA = {
    "cloudwatch": frozenset({"GetMetricData", "PutMetricData"}),
    "lambda": frozenset({"Invoke"}),
    "logs": frozenset({"FilterLogEvents", "GetLogEvents", "PutLogEvents"}),
    "s3": _OBJECTS,
    "sns": frozenset({"Publish"}),
}
"""Operations on what is in a resource: data events, which a trail has to select."""

_S3_NAMES = {
    "ListObjectsV2": "ListObjects",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
"""Events that S3 calls otherwise than its operations."""

_READS = ("BatchGet", "Describe", "Filter", "Get", "Head", "List", "Lookup", "Query")
_ALSO_READ_ONLY = frozenset(
    {"AssumeRole", "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"}
)
_REFUSED_BY_ENDPOINT = "VpceAccessDenied"
_ITS_MESSAGE = "The request was denied due to a VPC endpoint policy"


def records_of(seen: Seen) -> Iterator[Record]:
    """Make the records of a call.

    What only an endpoint's policy refuses does not get to the service: it is no management event,
    but one of network activity, of the endpoint's owner.
    """
    if seen.refused_by is Layer.ENDPOINT:
        yield {
            **_common(seen),
            "errorCode": _REFUSED_BY_ENDPOINT,
            "errorMessage": _ITS_MESSAGE,
            "eventType": "AwsVpceEvent",
            "eventCategory": "NetworkActivity",
        }
        return
    call = seen.judged.call
    is_data = call.operation in _DATA.get(call.service, ())
    yield {
        **_common(seen),
        **({"errorCode": seen.error, "errorMessage": seen.message} if seen.error else {}),
        "requestParameters": parameters_of(call),
        "responseElements": None,
        **({"resources": _objects(seen.judged)} if is_data and call.service == "s3" else {}),
        "eventType": "AwsApiCall",
        "managementEvent": not is_data,
        "eventCategory": "Data" if is_data else "Management",
    }
    if "aws:SourceVpce" in seen.judged.path.context:
        yield {
            **_common(seen),
            **({"errorCode": seen.error, "errorMessage": seen.message} if seen.error else {}),
            "eventType": "AwsVpceEvent",
            "eventCategory": "NetworkActivity",
        }
    if not seen.error:
        yield from (
            _by_service(seen, each)
            for each in seen.judged.accesses
            if each.by_service and each.action.startswith("kms:")
        )


def _common(seen: Seen) -> Record:
    call, path = seen.judged.call, seen.judged.path
    endpoint = path.context.get("aws:SourceVpce")
    name = _S3_NAMES.get(call.operation, call.operation)
    return {
        "eventVersion": _VERSION,
        "userIdentity": _identity(call.caller, seen.judged.access_key_id),
        "eventTime": _time(seen),
        "eventSource": f"{_SOURCES.get(call.service, call.service)}.amazonaws.com",
        "eventName": name,
        "awsRegion": GLOBAL if call.service == "iam" else call.region,
        "sourceIPAddress": seen.source,
        "userAgent": seen.agent,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": name.startswith(_READS) or name in _ALSO_READ_ONLY,
        "recipientAccountId": call.account,
        **({"vpcEndpointId": endpoint, "vpcEndpointAccountId": call.account} if endpoint else {}),
    }


def _by_service(seen: Seen, access: Access) -> Record:
    """What a service did with a key, in the caller's name."""
    call = seen.judged.call
    service, _, operation = access.action.partition(":")
    identity = _identity(call.caller, seen.judged.access_key_id)
    beginning = f"{service}:EncryptionContext:"
    return {
        "eventVersion": _VERSION,
        "userIdentity": {**identity, "invokedBy": access.by_service},
        "eventTime": _time(seen),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": operation,
        "awsRegion": call.region,
        "sourceIPAddress": access.by_service,
        "userAgent": access.by_service,
        "requestParameters": {
            "encryptionContext": {
                key.removeprefix(beginning): value
                for key, value in access.context.items()
                if key.startswith(beginning)
            }
        },
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": True,
        "resources": [{"accountId": call.account, "type": "AWS::KMS::Key", "ARN": access.resource}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.account,
        "eventCategory": "Management",
    }


def _objects(judged: Judged) -> list[Record]:
    """The objects and the bucket of a call; of a listing what the objects' names begin with."""
    call = judged.call
    bucket = f"arn:aws:s3:::{call.parameters['Bucket']}"
    objects = [
        {"type": "AWS::S3::Object", "ARN": each.resource}
        for each in judged.accesses
        if each.resource.startswith(f"{bucket}/")
    ]
    listed = [{"type": "AWS::S3::Object", "ARNPrefix": f"{bucket}/"}]
    of_bucket = {"type": "AWS::S3::Bucket", "accountId": call.account, "ARN": bucket}
    return [*(objects or listed), of_bucket]


def _identity(caller: Caller, access_key_id: str) -> Record:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html."""
    context = caller.context
    identity = {
        "type": "IAMUser" if caller.user_name else context["aws:PrincipalType"],
        "principalId": context["aws:userid"],
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": access_key_id,
    }
    if caller.user_name:
        identity["userName"] = caller.user_name
    if not caller.temporary:
        return identity
    session: Record = {
        "attributes": {
            "creationDate": context["aws:TokenIssueTime"],
            "mfaAuthenticated": str(caller.used_mfa).lower(),
        }
    }
    if not caller.user_name:
        role = str(context["aws:PrincipalArn"])
        session["sessionIssuer"] = {
            "type": "Role",
            "principalId": str(context["aws:userid"]).partition(":")[0],
            "arn": role,
            "accountId": caller.account,
            "userName": role.rpartition("/")[2],
        }
    if caller.source_identity:
        session["sourceIdentity"] = caller.source_identity
    return {**identity, "sessionContext": session}


def _time(seen: Seen) -> str:
    return seen.at.strftime("%Y-%m-%dT%H:%M:%SZ")
