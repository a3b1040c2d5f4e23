"""How moto is changed.

moto is pinned to one version. Each change says what that version does wrong, is made by one of the
functions here, and has a test that fails without it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_ABSENT = object()
_lock = threading.RLock()
_Change = tuple[Any, str, object]
"""Owner, name and former value."""

_recorded: list[_Change] | None = None
"""What is changed for a while; None where it is for good."""


def replace(owner: Any, name: str, value: Any) -> None:  # noqa: ANN401 - a module or class of moto
    """Put ``value`` in place of an attribute of moto.

    Raises:
        AttributeError: moto has no such attribute (any more): the patch would do nothing.
    """
    if not hasattr(owner, name):
        raise AttributeError(f"moto's {owner!r} has no {name}: the patch needs a look")
    _set(owner, name, value)


def wrap(owner: Any, name: str, wrapper: Callable[[Any], Any]) -> None:  # noqa: ANN401 - likewise
    """Put a function in place of one of moto's that it may call.

    Args:
        owner: The class or module that defines the function itself.
        name: The function's name.
        wrapper: Is given moto's function and returns the other; of a class method, what is within.

    Raises:
        AttributeError: It defines no such function (any more).
    """
    original = vars(owner).get(name, _ABSENT)
    if original is _ABSENT:
        raise AttributeError(f"moto's {owner!r} does not define {name}: the patch needs a look")
    if isinstance(original, classmethod):
        _set(owner, name, classmethod(wrapper(original.__func__)))
    else:
        _set(owner, name, wrapper(original))


def add(owner: Any, name: str, value: Any) -> None:  # noqa: ANN401 - a module or class of moto
    """Give moto an attribute that it lacks.

    Raises:
        AttributeError: moto has it by now: the patch can go.
    """
    if hasattr(owner, name):
        raise AttributeError(f"moto's {owner!r} has {name} by now: the patch needs a look")
    _set(owner, name, value)


@contextmanager
def for_a_while(change: Callable[[], None]) -> Iterator[None]:
    """Change moto, and undo it on leaving.

    Args:
        change: Makes the changes by the functions above.
    """
    made: list[_Change] = []
    try:
        _record(change, made)
        yield
    finally:
        for owner, name, before in reversed(made):
            if before is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, before)


def _record(change: Callable[[], None], made: list[_Change]) -> None:
    global _recorded  # noqa: PLW0603 - moto is global as well
    with _lock:
        _recorded = made
        try:
            change()
        finally:
            _recorded = None


def _set(owner: Any, name: str, value: object) -> None:  # noqa: ANN401 - a module or class of moto
    with _lock:
        if _recorded is not None:
            _recorded.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)
