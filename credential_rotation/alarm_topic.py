"""Where alarms go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from credential_rotation.keys import THIS_KEY, customer_managed_key
from credential_rotation.names import Names, arn_of

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class Publisher:
    """A service that publishes.

    Attributes:
        name: What its statements are called after.
        service: How IAM calls it.
        on_topic: Conditions on what it publishes.
        on_key: Conditions on its use of the key for that.
    """

    name: str
    service: str
    on_topic: Conditions = field(default_factory=dict)
    on_key: Conditions = field(default_factory=dict)


class Topic(Protocol):
    """Where alarms ring."""

    @property
    def arn(self) -> str:
        """Its ARN."""


@dataclass(frozen=True)
class ExistingTopic:
    """A topic of somebody else's, whose policy and key have to let alarms, rules and RDS publish.

    Attributes:
        arn: Its ARN.
    """

    arn: str


class AlarmTopic(Construct):
    """An encrypted topic to which the alarms and the rules of this account publish.

    Its key is its own: AWS's own key for SNS cannot be used by CloudWatch, and of the other two one
    is for secrets alone and the other would be opened to two more services.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, names: Names, emails: Sequence[str]
    ) -> None:
        """Create the topic.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            names: What its names begin with.
            emails: Addresses that it sends to.
        """
        super().__init__(scope, construct_id)
        publishers = _publishers(Stack.of(self), names.prefix)
        key = customer_managed_key(
            self,
            alias=f"alias/{names.path}/alarms",
            description="Encrypts what alarms say",
            uses=[_use(each) for each in publishers],
        )
        topic = sns.CfnTopic(
            self,
            "Topic",
            topic_name=f"{names.prefix}-alarms",
            display_name=f"Credential rotation of {names.path}",
            kms_master_key_id=key.key_arn,
        )
        self.arn: str = topic.ref
        sns.CfnTopicPolicy(
            self,
            "Policy",
            topics=[self.arn],
            policy_document=iam.PolicyDocument(
                statements=[*(self._publish(each) for each in publishers), self._without_tls()]
            ),
        )
        for address in emails:
            sns.CfnSubscription(
                self, f"Email-{address}", topic_arn=self.arn, protocol="email", endpoint=address
            )

    def _publish(self, publisher: Publisher) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid=f"PublishBy{publisher.name}",
            principals=[iam.ServicePrincipal(publisher.service)],
            actions=["sns:Publish"],
            resources=[self.arn],
            conditions=publisher.on_topic,
        )

    def _without_tls(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="TlsOnly",
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["sns:Publish"],
            resources=[self.arn],
            conditions={"Bool": {"aws:SecureTransport": "false"}},
        )


def _use(publisher: Publisher) -> iam.PolicyStatement:
    """Let a service encrypt for the topic.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return iam.PolicyStatement(
        sid=f"UseBy{publisher.name}",
        principals=[iam.ServicePrincipal(publisher.service)],
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=[THIS_KEY],
        conditions=publisher.on_key,
    )


def _publishers(stack: Stack, prefix: str) -> tuple[Publisher, ...]:
    by_alarms = _from(stack, "cloudwatch", ("alarm",), f"{prefix}-*")
    return (
        Publisher("Alarms", "cloudwatch.amazonaws.com", by_alarms, by_alarms),
        # EventBridge sends nothing that a condition could look at, neither to SNS nor to KMS for
        # SNS; for another account's rules it needs a role, which this does not admit.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
        Publisher("Rules", "events.amazonaws.com"),
        # That RDS says for whom it encrypts is documented for SNS only.
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.GrantingPermissions.html
        Publisher(
            "Rds",
            "events.rds.amazonaws.com",
            _from(stack, "rds", ("cluster", "db"), f"{prefix}-*"),
        ),
    )


def _from(stack: Stack, service: str, resources: Sequence[str], name: str) -> Conditions:
    sources = [arn_of(stack, service, each, name) for each in resources]
    return {
        "StringEquals": {"aws:SourceAccount": stack.account},
        "ArnLike": {"aws:SourceArn": sources if len(sources) > 1 else sources[0]},
    }
