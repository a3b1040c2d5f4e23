"""Constructs for credentials that rotate: importable by any CDK app, with no settings of ours.

Importing this package comes before importing `aws_cdk`: jsii, on which the CDK's Python packages
rest, starts a Node.js process while it is imported, and here is decided which one.
"""

from credential_rotation.node import use_packaged_node

use_packaged_node()
