"""People of the local AWS: what moto lacks of IAM users, their MFA devices, and STS.

Each module has the corrections of one noun; `installed` makes all of them for a while.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from local.identity import boundaries, credential_report, mfa_calls, roles, session_calls, users


@contextmanager
def installed() -> Iterator[None]:
    """Change moto so that its IAM and STS know people."""
    with ExitStack() as patches:
        for module in (mfa_calls, users, boundaries, roles, session_calls, credential_report):
            for patch in module.patches():
                patches.enter_context(patch)
        yield
