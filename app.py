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
from stacks.whereabouts import check_places

app = cdk.App(analytics_reporting=False)
try:
    settings = read_settings(app.node.get_all_context())
    region, account = (os.environ.get(f"CDK_DEFAULT_{what}", "") for what in ("REGION", "ACCOUNT"))
    check_region(region, settings=settings)
    check_places(region, account, settings=settings)
    composed = compose(app, settings)
    check(app, settings=settings, rotators=composed.rotators, homes=composed.homes)
    check_sizes(app.synth())
except SynthError as error:
    sys.exit(f"{error}")
