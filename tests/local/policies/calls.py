"""Every operation of the tables: the call, the first permission that it needs, and on what."""

from typing import Any, NamedTuple

from .documents import ACCOUNT, REGION

FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:nothing"
_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:nothing-AbCdEf"
_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/nobody"
_USER = f"arn:aws:iam::{ACCOUNT}:user/nobody"
_DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/phone"
_CODES = {
    "SerialNumber": _DEVICE,
    "AuthenticationCode1": "000000",
    "AuthenticationCode2": "000000",
}
_GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/f:log-stream:"
_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:nothing"
_BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
_RDS = f"arn:aws:rds:{REGION}:{ACCOUNT}"
_EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
_BUCKET = "arn:aws:s3:::bucket"
_OBJECT = {"Bucket": "bucket", "Key": "a/b"}
_TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/nothing"
_RULE = {
    "GroupId": "sg-1",
    "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}],
}


class Call(NamedTuple):
    """A method of boto3, with parameters, and the permission that it needs."""

    service: str
    method: str
    parameters: dict[str, Any]
    action: str
    resource: str


def operation(method: str) -> str:
    """The operation behind a method of boto3."""
    return (
        "".join(word.capitalize() for word in method.split("_"))
        .replace("Mfa", "MFA")
        .replace("Db", "DB")
    )


def _calls(
    service: str, resource: str, given: dict[str, Any] | None = None, /, **methods: dict[str, Any]
) -> list[Call]:
    """Calls on one resource; each method has parameters beside those that all of them have."""
    return [
        Call(service, method, (given or {}) | more, f"{service}:{operation(method)}", resource)
        for method, more in methods.items()
    ]


CALLS: list[Call] = [
    *_calls(
        "secretsmanager",
        _SECRET,
        {"SecretId": _SECRET},
        cancel_rotate_secret={},
        delete_resource_policy={},
        delete_secret={},
        describe_secret={},
        get_resource_policy={},
        get_secret_value={},
        list_secret_version_ids={},
        put_resource_policy={"ResourcePolicy": "{}"},
        put_secret_value={"SecretString": "x"},
        restore_secret={},
        rotate_secret={},
        tag_resource={"Tags": []},
        untag_resource={"TagKeys": []},
        update_secret={"Description": "x"},
        update_secret_version_stage={"VersionStage": "X"},
    ),
    *_calls("secretsmanager", "*", get_random_password={}, list_secrets={}),
    *_calls(
        "kms",
        _KEY,
        {"KeyId": _KEY},
        decrypt={"CiphertextBlob": b"x"},
        describe_key={},
        disable_key={},
        encrypt={"Plaintext": b"x"},
        generate_data_key={"KeySpec": "AES_256"},
        generate_data_key_pair={"KeyPairSpec": "RSA_2048"},
        generate_data_key_without_plaintext={"KeySpec": "AES_256"},
        get_key_policy={},
        get_public_key={},
        put_key_policy={"Policy": "{}"},
        schedule_key_deletion={},
        sign={"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
    ),
    *_calls("kms", "*", create_key={}, list_aliases={}),
    *_calls("sts", _ROLE, assume_role={"RoleArn": _ROLE, "RoleSessionName": "me"}),
    *_calls(
        "iam",
        _USER,
        {"UserName": "nobody"},
        create_access_key={},
        deactivate_mfa_device={"SerialNumber": _DEVICE},
        delete_access_key={"AccessKeyId": "A" * 20},
        enable_mfa_device=_CODES,
        get_user={},
        list_access_keys={},
        list_attached_user_policies={},
        list_mfa_devices={},
        list_user_policies={},
        resync_mfa_device=_CODES,
        update_access_key={"AccessKeyId": "A" * 20, "Status": "Inactive"},
    ),
    *_calls(
        "iam",
        "*",
        generate_credential_report={},
        get_account_authorization_details={},
        get_account_password_policy={},
        get_credential_report={},
        list_users={},
        list_virtual_mfa_devices={},
    ),
    *_calls("iam", _DEVICE, create_virtual_mfa_device={"VirtualMFADeviceName": "phone"}),
    *_calls("iam", _DEVICE, delete_virtual_mfa_device={"SerialNumber": _DEVICE}),
    *_calls("logs", "*", describe_log_groups={}),
    *_calls(
        "logs",
        _GROUP,
        {"logGroupName": "/aws/lambda/f"},
        create_log_group={},
        delete_log_group={},
        delete_retention_policy={},
        describe_log_streams={},
        filter_log_events={},
        put_retention_policy={"retentionInDays": 7},
    ),
    *_calls(
        "logs",
        f"{_GROUP}s",
        {"logGroupName": "/aws/lambda/f", "logStreamName": "s"},
        create_log_stream={},
        put_log_events={"logEvents": [{"timestamp": 1, "message": "m"}]},
    ),
    *_calls(
        "ec2",
        "*",
        describe_network_interfaces={},
        describe_security_groups={},
        describe_subnets={},
        describe_vpcs={},
    ),
    *_calls(
        "ec2",
        f"{_EC2}:security-group/sg-1",
        _RULE,
        authorize_security_group_egress={},
        authorize_security_group_ingress={},
        revoke_security_group_egress={},
        revoke_security_group_ingress={},
    ),
    *_calls(
        "ec2",
        f"{_EC2}:network-interface/*",
        create_network_interface={"SubnetId": "subnet-1"},
    ),
    *_calls(
        "ec2",
        f"{_EC2}:network-interface/eni-1",
        delete_network_interface={"NetworkInterfaceId": "eni-1"},
    ),
    *_calls(
        "cloudwatch",
        "*",
        put_metric_data={"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": 1}]},
        get_metric_data={"MetricDataQueries": [], "StartTime": 0, "EndTime": 1},
    ),
    *_calls("cloudwatch", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*", describe_alarms={}),
    *_calls(
        "cloudwatch",
        f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/board",
        get_dashboard={"DashboardName": "board"},
    ),
    *_calls(
        "events",
        _BUS,
        put_events={"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]},
    ),
    *_calls("sns", _TOPIC, publish={"TopicArn": _TOPIC, "Message": "m"}),
    *_calls("s3", f"{_BUCKET}/a/b", _OBJECT, get_object={}, put_object={}),
    *_calls(
        "cloudformation",
        f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/nothing/*",
        {"StackName": "nothing"},
        delete_stack={},
        describe_stack_events={},
        describe_stacks={},
    ),
    *_calls("cloudformation", "*", describe_stacks={}),
    *_calls("cloudtrail", "*", describe_trails={}, lookup_events={}),
    *_calls(
        "cloudtrail",
        _TRAIL,
        {"Name": "nothing"},
        create_trail={"S3BucketName": "bucket"},
        delete_trail={},
        get_trail={},
        get_trail_status={},
        start_logging={},
        stop_logging={},
        update_trail={},
    ),
    *_calls(
        "cloudtrail",
        _TRAIL,
        {"TrailName": "nothing"},
        get_event_selectors={},
        put_event_selectors={"EventSelectors": []},
    ),
    *_calls(
        "rds",
        f"{_RDS}:pg:nothing",
        {"DBParameterGroupName": "nothing"},
        create_db_parameter_group={"DBParameterGroupFamily": "postgres17", "Description": "d"},
        delete_db_parameter_group={},
        describe_db_parameter_groups={},
        modify_db_parameter_group={"Parameters": []},
    ),
    *_calls(
        "rds",
        f"{_RDS}:cluster-pg:nothing",
        {"DBClusterParameterGroupName": "nothing"},
        create_db_cluster_parameter_group={
            "DBParameterGroupFamily": "aurora-mysql8.0",
            "Description": "d",
        },
        delete_db_cluster_parameter_group={},
        describe_db_cluster_parameter_groups={},
        modify_db_cluster_parameter_group={"Parameters": []},
    ),
    *_calls("rds", f"{_RDS}:db:nothing", describe_db_instances={"DBInstanceIdentifier": "nothing"}),
    *_calls("rds", f"{_RDS}:snapshot:*", describe_db_snapshots={}),
    *_calls("ssm", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/a/b", get_parameter={"Name": "/a/b"}),
    *_calls(
        "cloudwatch",
        f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:nothing",
        describe_alarm_history={"AlarmName": "nothing"},
    ),
    *_calls(
        "lambda",
        FUNCTION,
        {"FunctionName": "nothing"},
        get_function_configuration={},
        update_function_configuration={},
    ),
    # These are named otherwise in policies.
    *(
        Call("s3", method, {**_OBJECT, **more}, f"s3:{action}", f"{_BUCKET}/a/b")
        for method, more, action in (
            ("head_object", {}, "GetObject"),
            ("get_object", {"VersionId": "1"}, "GetObjectVersion"),
            ("delete_object", {}, "DeleteObject"),
            ("delete_object", {"VersionId": "1"}, "DeleteObjectVersion"),
            ("get_object_retention", {}, "GetObjectRetention"),
            ("put_object_retention", {"Retention": {}}, "PutObjectRetention"),
        )
    ),
    Call(
        "s3",
        "delete_objects",
        {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a/b", "VersionId": "1"}]}},
        "s3:DeleteObjectVersion",
        f"{_BUCKET}/a/b",
    ),
    *(
        Call("s3", method, {"Bucket": "bucket", **more}, f"s3:{action}", _BUCKET)
        for method, more, action in (
            ("create_bucket", {}, "CreateBucket"),
            ("delete_bucket", {}, "DeleteBucket"),
            ("delete_bucket_encryption", {}, "PutEncryptionConfiguration"),
            ("delete_bucket_lifecycle", {}, "PutLifecycleConfiguration"),
            ("delete_bucket_policy", {}, "DeleteBucketPolicy"),
            ("get_bucket_encryption", {}, "GetEncryptionConfiguration"),
            ("get_bucket_location", {}, "GetBucketLocation"),
            ("get_bucket_policy", {}, "GetBucketPolicy"),
            ("get_bucket_versioning", {}, "GetBucketVersioning"),
            ("get_object_lock_configuration", {}, "GetBucketObjectLockConfiguration"),
            ("head_bucket", {}, "ListBucket"),
            ("list_object_versions", {}, "ListBucketVersions"),
            ("list_objects", {}, "ListBucket"),
            ("list_objects_v2", {}, "ListBucket"),
            (
                "put_bucket_encryption",
                {"ServerSideEncryptionConfiguration": {"Rules": []}},
                "PutEncryptionConfiguration",
            ),
            (
                "put_bucket_lifecycle_configuration",
                {"LifecycleConfiguration": {"Rules": []}},
                "PutLifecycleConfiguration",
            ),
            ("put_bucket_policy", {"Policy": "{}"}, "PutBucketPolicy"),
            (
                "put_bucket_versioning",
                {"VersioningConfiguration": {"Status": "Suspended"}},
                "PutBucketVersioning",
            ),
            ("put_object_lock_configuration", {}, "PutBucketObjectLockConfiguration"),
            (
                "put_public_access_block",
                {"PublicAccessBlockConfiguration": {}},
                "PutBucketPublicAccessBlock",
            ),
        )
    ),
    Call("lambda", "invoke", {"FunctionName": "nothing"}, "lambda:InvokeFunction", FUNCTION),
]
