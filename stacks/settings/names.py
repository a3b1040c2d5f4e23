"""Names that AWS is going to accept."""

import re


def resource_name(value: str) -> str:
    """Accept a part of the name of AWS resources: the strictest is that of an RDS instance.

    Raises:
        ValueError: Not lower-case letters, digits and single hyphens, beginning with a letter.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", value):
        raise ValueError("it is not made of lower-case letters, digits and single hyphens")
    return value


def optional_resource_name(value: str) -> str:
    """Accept a part of the name of AWS resources, or none.

    Raises:
        ValueError: See `resource_name`.
    """
    return resource_name(value) if value else value
