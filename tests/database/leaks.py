"""What must not be seen, and errors in which it could be."""

import re
import traceback

import pytest

from fakes.world import World
from rotation.errors import RotationError

WRONG = "a-wrong-Password-1"


def everything_secret(world: World) -> set[str]:
    """All passwords that the secrets of a world have held, and the wrong one of `errors_of`."""
    contents = [text for s in world.secrets.secrets.values() for text in s.contents.values()]
    found = [re.findall(r'"password": "([^"]+)"', text) for text in contents if text]
    return {password for passwords in found for password in passwords} | {WRONG}


def errors_of(world: World) -> list[str]:
    """Makes the steps fail in different ways; returns all that a log could print of it."""
    wrong = world.application(password=WRONG)
    texts = []
    for bad in (
        f'{{"password": "{WRONG}", ',
        f'["{WRONG}"]',
        {**wrong, "port": WRONG},
        {**wrong, "host": "a wrong host"},
        wrong,
        {**wrong, "username": "nobody-at-all"},
    ):
        world.secrets.put(world.arn, "AWSCURRENT", bad)
        with pytest.raises(RotationError) as caught:
            world.rotate(world.alternating)
        texts.append("".join(traceback.format_exception(caught.value, chain=True)))
        texts[-1] += repr(caught.value) + repr(vars(caught.value))
    return texts
