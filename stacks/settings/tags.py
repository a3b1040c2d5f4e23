"""Tags that every resource gets."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field

from credential_rotation.secret_policy import WATCHED

OURS = ("application", "environment", WATCHED)
"""Tags that come from the settings of the same meaning, and the one that the watch looks for."""


def _tags(tags: Mapping[str, str]) -> Mapping[str, str]:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: the strictest service's rules.
    for key, value in tags.items():
        if not re.fullmatch(r"[\w .:/=+@-]{1,128}", key) or key.lower().startswith("aws:"):
            raise ValueError(f"the key {key!r} is not a tag key that AWS accepts")
        if not re.fullmatch(r"[\w .:/=+@-]{0,256}", value):
            raise ValueError(f"the value of {key!r} is not a tag value that AWS accepts")
    keys = [key.lower() for key in (*tags, *OURS)]
    if len(set(keys)) < len(keys):
        raise ValueError("two keys differ in upper and lower case alone, or one is set by the app")
    return MappingProxyType(dict(tags))


Tags = Annotated[Mapping[str, str], Field(max_length=40), AfterValidator(_tags)]
