"""Settings that are lists, or objects."""

import json


def split(value: object) -> object:
    """Take a list apart that came from the command line, separated by commas."""
    if value == "":
        return ()
    return value.split(",") if isinstance(value, str) else value


def parsed(value: object) -> object:
    """Take an object that came from the command line, as JSON.

    Raises:
        ValueError: It is none.
    """
    return json.loads(value) if isinstance(value, str) else value


def once_each(values: tuple[str, ...]) -> tuple[str, ...]:
    """Accept a list in which nothing is twice.

    Raises:
        ValueError: Something is.
    """
    if len(set(values)) != len(values):
        raise ValueError("one is there twice")
    return values
