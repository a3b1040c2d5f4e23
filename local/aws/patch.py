"""How moto is changed, and how it is not.

moto is pinned to one version; each patch says what that version does wrong and has a test that
fails without it. `replace` and `add` change it for good; `Patch` and `Addition` while they are
entered.
"""

from collections.abc import Callable
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


class Patch:
    """Replaces a function, method or class while it is entered.

    Args:
        owner: The class or module.
        name: The attribute, defined in that very class or module.
        replace: Is given what stands there now, and returns what shall.
    """

    def __init__(self, owner: Any, name: str, replace: Callable[[Any], Any]) -> None:  # noqa: ANN401 - a module or class of moto
        self._owner = owner
        self._name = name
        self._replace = replace

    def __enter__(self) -> None:
        self._original = original = vars(self._owner)[self._name]
        if isinstance(original, classmethod):
            setattr(self._owner, self._name, classmethod(self._replace(original.__func__)))
        else:
            setattr(self._owner, self._name, self._replace(original))

    def __exit__(self, *_: object) -> None:
        setattr(self._owner, self._name, self._original)


class Addition:
    """Gives moto an attribute that it lacks, while it is entered.

    Args:
        owner: The class or module.
        name: The attribute.
        value: What it shall be.
    """

    def __init__(self, owner: Any, name: str, value: Any) -> None:  # noqa: ANN401 - a module or class of moto
        self._owner = owner
        self._name = name
        self._value = value

    def __enter__(self) -> None:
        add(self._owner, self._name, self._value)

    def __exit__(self, *_: object) -> None:
        delattr(self._owner, self._name)
