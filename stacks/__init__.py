"""What a deployment consists of: stacks, settings, and which kinds of credential there are.

Importing this package comes before importing `aws_cdk`, see `credential_rotation`.
"""

import credential_rotation  # noqa: F401 - first: it chooses the Node.js that the CDK starts on import
