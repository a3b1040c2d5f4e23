"""Declarations with one field that is wrong, missing or unknown."""

import copy
import re
from collections.abc import Iterator
from typing import Any

from tests.api_declaration.examples import short, whole

EXAMPLES = (short, whole)

Path = tuple[str | int, ...]

TEMPLATES: tuple[object, ...] = (
    *("{", "a}b", "{nothing}", "{secret.nothing}", "{secret.__class__}", "{name.x}", "{name!r}"),
    *("{secret[token]}", "{0}", "{}", "{management.token:>9}", "{ name }", "{management.a.b}"),
    *("{management.}", "{{name}", "{until.time.x}", "{%name%}", "{{{name!s}}}", "{name.__init__}"),
)
URLS: tuple[object, ...] = (
    *("", "http://api.example.com/", "https://127.0.0.1/", "https://[::1]/", "//api.example.com/"),
    *("https://user@api.example.com/", "https://api.example.com/../x", "https://API.example.com/"),
    *(
        "https://api.example.com\r\nX: y",
        "https://{secret.token}.example.com",
        "file:///etc/passwd",
    ),
    *("https://api.example.com{secret.token}", "https://api.example.com:{secret.token}/", 7, None),
    *("https://api.example.com:99999/", "https://api.example.com/#x", "https://a..b/", "https://"),
    *("https://api.example.com/a b", "https://api.example.com/%2E%2e/x", "https://0x7f.1/", []),
    *("https://api.example.com\\@evil.example.com/", "https://-a.example.com/", "x" * 2001, True),
    *("https://api.example.com/é", "https://api.example.com/%zz", "https://api.example.com:0/"),
)
TEXTS: tuple[object, ...] = (1, None, True, [], {}, "", 1.5)
OBJECTS: tuple[object, ...] = (1, None, True, [], "", "x", [1], 1.5)
POINTERS: tuple[object, ...] = ("id", "/~2", "/a~", "x" * 201, 1, None, [], {})
FIELDS: tuple[object, ...] = (
    "",
    "nothing",
    "a b",
    "1a",
    "x" * 65,
    1,
    None,
    [],
    "secret.token",
    "__class__.x",
)
NUMBERS: tuple[object, ...] = (-1, 1.5, "5", True, None, [], {}, 10**9)
FLAGS: tuple[object, ...] = (1, 0, None, "true", [])

WRONG: tuple[tuple[str, tuple[object, ...]], ...] = (
    (r".*\.answers", OBJECTS),
    (r".*\.answers\.\w+", (1, None, True, {}, "401", [], [401] * 21, 401)),
    (r".*\.answers\.\w+\.\d+", (0, 99, 199, 302, 600, "200", True, None, [], {"status": 200})),
    (r".*\.answers\.\w+\.\d+\.status", (0, 99, 302, 600, "200", True, None)),
    (r".*\.answers\.\w+\.\d+\.at", POINTERS),
    (r".*\.answers\.\w+\.\d+\.is", ([], {}, [1])),
    (r".*\.url", (*URLS, *TEMPLATES)),
    (r".*\.method", ("get", "HEAD", "CONNECT", "TRACE", "", "POST ", "GET\r\n", "eval", *TEXTS)),
    (r".*\.headers\.[^.]+", (*TEMPLATES, "a\r\nb", "é", " a", "a\0", "\x7f", *TEXTS)),
    (r".*\.form\.\w+|.*\.basic\.(username|password)", (*TEMPLATES, *TEXTS)),
    (r".*\.basic\.form_encoded|list\.exclusive", FLAGS),
    (r".*\.json\.?.*", TEMPLATES),
    (r"issue\.fields\.\w+|list\.(items|id|created|name|used)", POINTERS),
    (r"list\.(active|gone)", (*POINTERS[:5], [], {"at": "/x"}, {"is": 1}, {"at": "/", "is": []})),
    (r"list\.gone\.at", POINTERS),
    (r"list\.gone\.is", ([], {}, [1])),
    (r"list\.next", ("one page", "", 1, None, "https://api.example.com/", "link", "/~2", [])),
    (r"hosts", (1, None, "x", {}, ["a"] * 11)),
    (r"hosts\.0", ("", "https://a.example.com", "a b", "127.0.0.1", "*.example.com", 1, "a:0")),
    (r"token|id|expires", FIELDS),
    (r"most", (1, 0, *NUMBERS)),
    (r"lifetime_days|settle_seconds", NUMBERS),
    (r"\w+|.*\.(headers|form|basic|fields)", OBJECTS),
)
"""What can't stand in a field, by a pattern of its name; the first that fits counts."""

NEEDED: tuple[Path, ...] = (
    *(("token",), ("issue",), ("prove",), ("revoke",), ("issue", "url"), ("issue", "fields")),
    *(("prove", "url"), ("revoke", "url")),
)
NEEDED_WITH_A_LIST: tuple[Path, ...] = (
    *(("id",), ("list", "url"), ("list", "items"), ("list", "id"), ("list", "created")),
    *(("list", "next"), ("list", "name")),
)
STRICT: tuple[Path, ...] = ((), ("issue",), ("prove",), ("revoke",), ("issue", "answers"))
"""Objects whose fields are all known."""

UNKNOWN = ("fild", "x-y", "urls", "__init__", "Token", "script", "code", "eval", "proxy", "verify")


def bad() -> Iterator[tuple[Any, str]]:
    """Each with the path of the field."""
    for example in EXAMPLES:
        good = example()
        for path in fields(good):
            for value in wrong_values(name_of(path)):
                yield changed(good, path, value), name_of(path)
        for path in (*NEEDED, *(NEEDED_WITH_A_LIST if "list" in good else ())):
            yield changed(good, path), name_of(path)
        for path in STRICT:
            for unknown in UNKNOWN:
                yield changed(good, (*path, unknown), 1), name_of((*path, unknown))


def wrong_values(name: str) -> tuple[object, ...]:
    """What can't stand in a field."""
    return next(values for pattern, values in WRONG if re.fullmatch(pattern, name))


def fields(value: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of everything in a declaration."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in inside:
        yield (*path, name)
        if isinstance(each, dict | list):
            yield from fields(each, (*path, name))


MISSING = object()


def changed(value: Any, path: Path, new: object = MISSING) -> Any:
    """A copy with one field that is another, or missing."""
    copied = copy.deepcopy(value)
    inner = copied
    for step in path[:-1]:
        inner = inner[step]
    if new is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return copied


def name_of(path: Path) -> str:
    return ".".join(map(str, path))
