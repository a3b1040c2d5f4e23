"""What an error reporter records of an error: the variables of every function that it came through.

Reporters take the text of each variable, what is in it if it is a dictionary, a list or an object,
and the errors that an error came from.
"""

from collections.abc import Iterator
from pathlib import Path
from types import FrameType

_DEPTH = 6
_DRIVERS = (
    *("rotated_secret", "pg8000", "psycopg"),
    *("pymysql", "MySQLdb", "mysql", "aiomysql", "asyncmy"),
)
_TESTS = str(Path(__file__).parents[1])


def recorded(error: BaseException) -> Iterator[tuple[str, str]]:
    """All texts that are found, each with the place where it was."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield from texts(type(each).__name__, each)
        traceback = each.__traceback__
        while traceback is not None:
            yield from _of_frame(traceback.tb_frame)
            traceback = traceback.tb_next
        waiting += [each.__cause__, each.__context__, getattr(each, "orig", None)]


def _of_frame(frame: FrameType) -> Iterator[tuple[str, str]]:
    code = frame.f_code
    if code.co_filename.startswith(_TESTS):  # the application's own, which knows what it tests
        return
    for name, value in frame.f_locals.items():
        yield from texts(f"{code.co_filename}:{code.co_name}: {name}", value)


def texts(where: str, value: object) -> Iterator[tuple[str, str]]:
    """The texts of a value and of what is in it, each with the place where it was."""
    return _texts(where, value, 0, set())


def _texts(where: str, value: object, depth: int, seen: set[int]) -> Iterator[tuple[str, str]]:
    if id(value) in seen or depth > _DEPTH:
        return
    seen.add(id(value))
    yield where, repr(value)
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list | tuple | set | frozenset):
        inside = list(enumerate(value))
    elif isinstance(value, BaseException):
        inside = [*enumerate(value.args), *vars(value).items()]
    elif type(value).__module__.startswith(_DRIVERS):
        inside = list(getattr(value, "__dict__", {}).items())
    else:
        inside = []
    for name, each in inside:
        yield from _texts(f"{where}.{name}", each, depth + 1, seen)
