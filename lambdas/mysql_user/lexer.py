"""Reads what a server shows of its users: SHOW CREATE USER and SHOW GRANTS.

Their text is SQL, with names in backticks and texts in quotes (`mysql_user.start_up` sees to that),
so it is taken apart by the rules of SQL: a schema may be called `a TO b`.
"""

import re
from collections.abc import Sequence

_WORD = re.compile(
    r"""\s*(
        `(?:[^`]|``)*`
        | '(?:[^'\\]|''|\\.)*'
        | 0x[0-9A-Fa-f]+ | [\w$]+
        | \S
    )""",
    re.VERBOSE | re.DOTALL,
)

_TIGHT = {".", "@"}
"""What stands between two words without space."""

_ESCAPES = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "b": "\b", "Z": "\x1a"}

Words = Sequence[str]


def split(statement: str) -> list[str]:
    """Takes a statement apart."""
    return _WORD.findall(statement)


def joined(words: Words) -> str:
    """Puts a part of a statement together again."""
    parts: list[str] = []
    for word in words:
        if parts and word not in _TIGHT and parts[-1] not in _TIGHT:
            parts.append(" ")
        parts.append(word)
    return "".join(parts)


def listed(words: Words) -> list[list[str]]:
    """The parts between commas that are not within parentheses."""
    parts: list[list[str]] = [[]]
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if word == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def name(word: str) -> str:
    """The name that a word in backticks is."""
    return word[1:-1].replace("``", "`") if word.startswith("`") else word


def data(word: str) -> bytes:
    """The bytes that a word in quotes or in hexadecimal is."""
    if word.startswith("0x"):
        return bytes.fromhex(word[2:])
    text = re.sub(
        r"\\(.)|''",
        lambda found: _ESCAPES.get(found[1], found[1]) if found[1] else "'",
        word[1:-1],
        flags=re.DOTALL,
    )
    return text.encode()
