"""Requests that bear no signature."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
_OPEN = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
_FORM = "application/x-www-form-urlencoded"


def unsigned_protocol(environ: Mapping[str, Any]) -> str | None:
    """Tell whether an unsigned request is an API's call, which AWS answers only when signed.

    Args:
        environ: The request, with a body that can be read again.

    Returns:
        The protocol of the call; None if it is none, or one that needs no signature.
    """
    if "HTTP_X_AMZ_TARGET" in environ:
        return "json"
    form = (
        environ["wsgi.input"].getvalue()
        if environ.get("CONTENT_TYPE", "").startswith(_FORM)
        else b""
    )
    given = parse_qs(environ.get("QUERY_STRING", "")) | parse_qs(form.decode(errors="replace"))
    action = given.get("Action", [""])[0]
    return "query" if action and action not in _OPEN else None
