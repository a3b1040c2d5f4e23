"""Rule packs that every synth is checked against.

The packs are cdk-nag's: AWS Solutions, NIST 800-53 revision 5, HIPAA Security, PCI DSS 3.2.1. What
they find and is not accepted, with a reason, in stacks.accepted, ends the synth: it names the rule
and the resource.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import cdk_nag
from aws_cdk import Acknowledgment, App, CfnResource, Validations
from constructs import IConstruct

from stacks.accepted import Accepted, accepted
from stacks.access.accepted import accepted_for_people
from stacks.kinds import KINDS
from stacks.settings import Settings

PACKS = (
    cdk_nag.AwsSolutionsChecks,
    cdk_nag.NIST80053R5Checks,
    cdk_nag.HIPAASecurityChecks,
    cdk_nag.PCIDSS321Checks,
)


def check(app: App, *, settings: Settings, rotators: Sequence[str], homes: Sequence[str]) -> None:
    """Let the synth fail on whatever the packs find and is not accepted.

    Args:
        app: The app, with all its stacks.
        settings: What the team decided.
        rotators: Names of the functions that rotate, with wildcards.
        homes: What is between the path and the names of secrets that are no database's.
    """
    Validations.of(app).add_plugins(*(pack(app) for pack in PACKS))
    # Each look at a construct is a call of another process: one for each, and not for each finding.
    resources = defaultdict[str, list[tuple[str, IConstruct]]](list)
    for construct in app.node.find_all():
        if isinstance(construct, CfnResource):
            resources[construct.cfn_resource_type].append((construct.node.path, construct))
    for each in (*all_accepted(settings), *accepted_for_people(settings, rotators, homes)):
        for path, resource in resources[each.kind]:
            if each.within in path:
                Validations.of(resource).acknowledge(
                    *(Acknowledgment(id=rule, reason=each.reason) for rule in each.rules)
                )


def all_accepted(settings: Settings) -> Iterator[Accepted]:
    """List what is accepted of what credentials share, and of each kind."""
    yield from accepted(settings)
    for kind in KINDS:
        yield from kind.accepted(settings)
