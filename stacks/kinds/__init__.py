"""The kinds of credentials that there are: the one place that names them.

An app with a kind of its own adds it to the list before it makes its stacks.
"""

from stacks.kinds.access_key import ACCESS_KEY
from stacks.kinds.api_tokens import API_TOKENS
from stacks.kinds.certificates import CERTIFICATES
from stacks.kinds.database_logins import DATABASE_LOGINS
from stacks.kinds.kind import Kind

__all__ = ["KINDS", "Kind"]

KINDS: list[Kind] = [DATABASE_LOGINS, ACCESS_KEY, API_TOKENS, CERTIFICATES]
