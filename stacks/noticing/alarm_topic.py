"""Where alarms go."""

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.keys import THIS_KEY, customer_managed_key
from stacks.settings import Settings

_ALARMS, _EVENTS = "cloudwatch.amazonaws.com", "events.amazonaws.com"


class AlarmTopic(Construct):
    """An encrypted topic to which the alarms and the rules of this account publish.

    Its key is its own: AWS's own key for SNS cannot be used by CloudWatch, and of the other two one
    is for secrets alone and the other would be opened to two more services.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        """Create the topic.

        Args:
            scope: The parent.
            construct_id: The name within the parent.
            settings: What the team decided.
        """
        super().__init__(scope, construct_id)
        self._alarms = _from_alarms(Stack.of(self), settings.prefix)
        key = customer_managed_key(
            self,
            alias=f"alias/{settings.path}/alarms",
            description="Encrypts what alarms say",
            uses=[self._use("UseByAlarms", _ALARMS), self._use("UseByRules", _EVENTS)],
        )
        self._topic = sns.CfnTopic(
            self,
            "Topic",
            topic_name=f"{settings.prefix}-alarms",
            display_name=f"Credential rotation of {settings.path}",
            kms_master_key_id=key.key_arn,
        )
        self.arn = self._topic.ref
        sns.CfnTopicPolicy(
            self,
            "Policy",
            topics=[self.arn],
            policy_document=iam.PolicyDocument(
                statements=[
                    self._publish("PublishByAlarms", _ALARMS),
                    self._publish("PublishByRules", _EVENTS),
                    self._without_tls(),
                ]
            ),
        )
        self.action = actions.SnsAction(sns.Topic.from_topic_arn(self, "Fixed", self.arn))

    def _use(self, sid: str, service: str) -> iam.PolicyStatement:
        """Let a service encrypt for the topic.

        https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        """
        return self._by(sid, service, ["kms:Decrypt", "kms:GenerateDataKey"], THIS_KEY)

    def _publish(self, sid: str, service: str) -> iam.PolicyStatement:
        return self._by(sid, service, ["sns:Publish"], self.arn)

    def _by(self, sid: str, service: str, actions: list[str], on: str) -> iam.PolicyStatement:
        # EventBridge sends nothing that a condition could look at, neither to SNS nor to KMS for
        # SNS; for another account's rules it needs a role, which this does not admit.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
        conditions = self._alarms if service == _ALARMS else {}
        return iam.PolicyStatement(
            sid=sid,
            principals=[iam.ServicePrincipal(service)],
            actions=actions,
            resources=[on],
            conditions=conditions,
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


def _from_alarms(stack: Stack, prefix: str) -> dict[str, dict[str, str]]:
    alarms = stack.format_arn(
        service="cloudwatch",
        resource="alarm",
        resource_name=f"{prefix}-*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    return {
        "StringEquals": {"aws:SourceAccount": stack.account},
        "ArnLike": {"aws:SourceArn": alarms},
    }
