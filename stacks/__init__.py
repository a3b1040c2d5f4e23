"""What `cdk deploy` provisions: one stack of small constructs, one construct per noun.

Importing this package comes before importing `aws_cdk`: jsii, on which the CDK's Python packages
rest, starts a Node.js process while it is imported, and here is decided which one.
"""

from stacks.node import use_packaged_node

use_packaged_node()
