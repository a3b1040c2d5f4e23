"""The CDK app: the settings of a team, and the stacks that they want."""

import os
import sys

import stacks  # noqa: F401 - first: it chooses the Node.js that the CDK starts on import

# isort: split
import aws_cdk as cdk

from credential_rotation.errors import SynthError
from stacks.authorities import check_region
from stacks.compliance import check
from stacks.compose import compose
from stacks.quotas import check_sizes
from stacks.settings import read_settings

app = cdk.App(analytics_reporting=False)
try:
    settings = read_settings(app.node.get_all_context())
    check_region(os.environ.get("CDK_DEFAULT_REGION", ""), settings=settings)
    composed = compose(app, settings)
    check(app, settings=settings, rotators=composed.rotators)
    check_sizes(app.synth())
except SynthError as error:
    sys.exit(f"{error}")
