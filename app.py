"""The CDK app: the settings of a team, one stack."""

import os
import sys

import stacks  # noqa: F401 - first: it chooses the Node.js that the CDK starts on import

# isort: split
import aws_cdk as cdk

from credential_rotation.errors import SynthError
from stacks.access.access_stack import AccessStack
from stacks.authorities import check_region
from stacks.compliance import check
from stacks.deploy_role import DeployRoleStack
from stacks.quotas import check_sizes
from stacks.rotation_stack import RotationStack
from stacks.settings import read_settings

app = cdk.App(analytics_reporting=False)
try:
    settings = read_settings(app.node.get_all_context())
    check_region(os.environ.get("CDK_DEFAULT_REGION", ""), settings=settings)
    rotation = RotationStack(app, settings=settings)
    if settings.access.enabled:
        AccessStack(app, settings=settings, rotation=rotation)
    if settings.github_repository:
        DeployRoleStack(app, settings=settings)
    check(app, settings=settings)
    check_sizes(app.synth())
except SynthError as error:
    sys.exit(f"{error}")
