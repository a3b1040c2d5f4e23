"""The three functions of a kind of token."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rotation.custom_resource import custom_resource_handler
from rotation.handler import rotation_handler
from tokens.first_token import FirstToken
from tokens.lives import Lives
from tokens.reaper import Reaper
from tokens.reaping import reaper_handler
from tokens.two_tokens import STEP_SECONDS, TwoTokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from rotation.custom_resource import Handler
    from rotation.deadline import LambdaContext
    from tokens.issuer import Issuer


class Handlers(NamedTuple):
    """Lambda handlers.

    Attributes:
        rotation: Rotates the secret.
        first: Answers a custom resource that has the first token issued.
        reaper: Ends tokens that were replaced, when a schedule calls it.
    """

    rotation: Callable[[object, LambdaContext], None]
    first: Handler
    reaper: Callable[[object, LambdaContext], None]


def handlers_of(issuer: Issuer) -> Handlers:
    """Composes the functions; their environment says how long tokens live.

    Args:
        issuer: Who issues the tokens.
    """
    lives = Lives.from_environment()
    strategy = TwoTokens(issuer, lives)
    return Handlers(
        rotation=rotation_handler(strategy, step_seconds=STEP_SECONDS),
        first=custom_resource_handler(FirstToken(strategy, seconds=STEP_SECONDS)),
        reaper=reaper_handler(Reaper(issuer, lives)),
    )
