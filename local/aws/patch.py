"""How moto is changed, and how it is not.

moto is pinned to one version; each patch says what that version does wrong and has a test that
fails without it.
"""

from typing import Any


def replace(owner: Any, name: str, value: Any) -> None:  # noqa: ANN401 - a module or class of moto
    """Put ``value`` in place of an attribute of moto.

    Raises:
        AttributeError: moto has no such attribute (any more): the patch would do nothing.
    """
    if not hasattr(owner, name):
        raise AttributeError(f"moto's {owner!r} has no {name}: the patch needs a look")
    setattr(owner, name, value)


def add(owner: Any, name: str, value: Any) -> None:  # noqa: ANN401 - a module or class of moto
    """Give moto an attribute that it lacks.

    Raises:
        AttributeError: moto has it by now: the patch can go.
    """
    if hasattr(owner, name):
        raise AttributeError(f"moto's {owner!r} has {name} by now: the patch needs a look")
    setattr(owner, name, value)
