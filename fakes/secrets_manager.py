"""Secrets Manager in memory, as documented; the few calls that the functions make."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

Labels = dict[str, str]

FIRST_VERSION = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Secret:
    """Contents by version id (None: placeholder), in order; version ids by label, and of binary."""

    contents: dict[str, str | None] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    rotated: bool = True
    binary: set[str] = field(default_factory=set)
    created: dict[str, datetime] = field(default_factory=dict)
    rotated_at: datetime | None = None
    changed_at: datetime | None = None


class SecretsManager:
    """Stands in for the boto3 client. `calls` counts, `before` and `after` inject faults.

    Without a clock, versions are made a day apart, in their order.
    """

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock
        self.secrets: dict[str, Secret] = {}
        self.calls: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def create(self, arn: str, document: object) -> str:
        """Make a secret with one version, AWSCURRENT; returns the version."""
        text = document if isinstance(document, str) else json.dumps(document)
        version = str(uuid.uuid4())
        self.secrets[arn] = secret = Secret({version: text}, {"AWSCURRENT": version})
        self._note(secret, version)
        return version

    def begin(self, arn: str) -> str:
        """What RotateSecret does first: an empty version under AWSPENDING."""
        token = str(uuid.uuid4())
        self.secrets[arn].contents[token] = None
        self.secrets[arn].labels["AWSPENDING"] = token
        return token

    def begin_or_go_on(self, arn: str) -> str:
        """What a schedule does: it goes on with AWSPENDING unless that is AWSCURRENT."""
        labels = self.secrets[arn].labels
        pending = labels.get("AWSPENDING", labels["AWSCURRENT"])
        return self.begin(arn) if pending == labels["AWSCURRENT"] else pending

    def document(self, arn: str, label: str = "AWSCURRENT") -> Any:  # noqa: ANN401 - any JSON
        """Return the content of the version with a label."""
        secret = self.secrets[arn]
        return json.loads(secret.contents[secret.labels[label]] or "")

    def put(self, arn: str, label: str, document: object) -> str:
        """A person writes a version."""
        version = str(uuid.uuid4())
        if isinstance(document, bytes):
            document = document.decode()
            self.secrets[arn].binary.add(version)
        text = document if isinstance(document, str) else json.dumps(document)
        self.secrets[arn].contents[version] = text
        self.secrets[arn].labels[label] = version
        return version

    def edit(self, arn: str, document: object) -> str:
        """A person writes what is AWSCURRENT from now on."""
        labels = self.secrets[arn].labels
        labels["AWSPREVIOUS"] = labels["AWSCURRENT"]
        return self.put(arn, "AWSCURRENT", document)

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803  # boto3's
        """DescribeSecret."""

        def run() -> dict[str, Any]:
            secret = self._secret(SecretId)
            stages: dict[str, list[str]] = {}
            for label, version in secret.labels.items():
                stages.setdefault(version, []).append(label)
            dates = {"LastRotatedDate": secret.rotated_at, "LastChangedDate": secret.changed_at}
            return {
                "RotationEnabled": secret.rotated,
                "VersionIdsToStages": stages,
                **{name: date for name, date in dates.items() if date},
            }

        return self._observed("describe_secret", run)

    def get_secret_value(
        self,
        *,
        SecretId: str,  # noqa: N803
        VersionId: str = "",  # noqa: N803
        VersionStage: str = "",  # noqa: N803
    ) -> dict[str, Any]:
        """GetSecretValue."""

        def run() -> dict[str, Any]:
            secret = self._secret(SecretId)
            version = VersionId or secret.labels.get(VersionStage or "AWSCURRENT", "")
            if version not in secret.contents or secret.contents[version] is None:
                raise failure("ResourceNotFoundException", "GetSecretValue")
            if VersionStage and secret.labels.get(VersionStage) != version:
                raise failure("InvalidRequestException", "GetSecretValue")
            order = list(secret.contents).index(version)
            text, is_binary = secret.contents[version], version in secret.binary
            return {
                "VersionId": version,
                **({"SecretBinary": str(text).encode()} if is_binary else {"SecretString": text}),
                "CreatedDate": secret.created.get(version, FIRST_VERSION + timedelta(days=order)),
            }

        return self._observed("get_secret_value", run)

    def put_secret_value(
        self,
        *,
        SecretId: str,  # noqa: N803
        ClientRequestToken: str,  # noqa: N803
        SecretString: str,  # noqa: N803
        VersionStages: list[str],  # noqa: N803
    ) -> dict[str, Any]:
        """PutSecretValue."""

        def run() -> dict[str, Any]:
            secret = self._secret(SecretId)
            known = secret.contents.get(ClientRequestToken)
            if known is not None and known != SecretString:
                raise failure("ResourceExistsException", "PutSecretValue")
            secret.contents[ClientRequestToken] = SecretString
            self._note(secret, ClientRequestToken)
            secret.labels |= dict.fromkeys(VersionStages, ClientRequestToken)
            return {"VersionId": ClientRequestToken}

        return self._observed("put_secret_value", run)

    def update_secret_version_stage(
        self,
        *,
        SecretId: str,  # noqa: N803
        VersionStage: str,  # noqa: N803
        RemoveFromVersionId: str = "",  # noqa: N803
        MoveToVersionId: str = "",  # noqa: N803
    ) -> dict[str, Any]:
        """UpdateSecretVersionStage."""

        def run() -> dict[str, Any]:
            secret = self._secret(SecretId)
            if secret.labels.get(VersionStage, "") != RemoveFromVersionId:
                raise failure("InvalidParameterException", "UpdateSecretVersionStage")
            if not MoveToVersionId:
                del secret.labels[VersionStage]
            else:
                secret.labels[VersionStage] = MoveToVersionId
            if VersionStage == "AWSCURRENT":
                secret.labels["AWSPREVIOUS"] = RemoveFromVersionId
            self._note(secret)
            return {}

        return self._observed("update_secret_version_stage", run)

    def _note(self, secret: Secret, version: str = "") -> None:
        """Writes down when it was, if there is a clock."""
        if self.clock:
            secret.changed_at = self.clock()
            if version:
                secret.created.setdefault(version, secret.changed_at)

    def _secret(self, arn: str) -> Secret:
        if arn not in self.secrets:
            raise failure("ResourceNotFoundException", "GetSecretValue")
        return self.secrets[arn]

    def _observed(self, name: str, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        self.calls.append(name)
        self.before(name)
        answer = run()
        self.after(name)
        return answer


def failure(code: str, operation: str, status: int = 400) -> ClientError:
    """Return the error that boto3 raises for an answer with this code."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": "told by the test"},
            "ResponseMetadata": {"HTTPStatusCode": status},  # type: ignore[typeddict-item]  # enough
        },
        operation,
    )
