"""Rule packs that every synth is checked against.

The packs are cdk-nag's: AWS Solutions, NIST 800-53 revision 5, HIPAA Security, PCI DSS 3.2.1. What
they find and is not accepted, with a reason, in stacks.accepted, ends the synth: it names the rule
and the resource.
"""

import cdk_nag
from aws_cdk import Acknowledgment, App, CfnResource, Validations
from constructs import IConstruct

from stacks.accepted import Accepted, accepted
from stacks.access.accepted import accepted_for_people
from stacks.settings import Settings

PACKS = (
    cdk_nag.AwsSolutionsChecks,
    cdk_nag.NIST80053R5Checks,
    cdk_nag.HIPAASecurityChecks,
    cdk_nag.PCIDSS321Checks,
)


def check(app: App, *, settings: Settings) -> None:
    """Let the synth fail on whatever the packs find and is not accepted.

    Args:
        app: The app, with all its stacks.
        settings: What the team decided.
    """
    Validations.of(app).add_plugins(*(pack(app) for pack in PACKS))
    resources = [each for each in app.node.find_all() if CfnResource.is_cfn_resource(each)]
    for each in (*accepted(settings), *accepted_for_people(settings)):
        for resource in resources:
            if _concerns(each, resource):
                Validations.of(resource).acknowledge(
                    *(Acknowledgment(id=rule, reason=each.reason) for rule in each.rules)
                )


def _concerns(finding: Accepted, resource: IConstruct) -> bool:
    kind = getattr(resource, "cfn_resource_type", None)
    return kind == finding.kind and finding.within in resource.node.path
