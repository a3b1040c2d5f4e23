"""Settings that name roles."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from stacks.settings.lists import split

RoleArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", max_length=640
    ),
]
Readers = Annotated[tuple[RoleArn, ...], Field(max_length=20), BeforeValidator(split)]
