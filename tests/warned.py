"""What the functions warn of."""

import io
import json
from typing import Any


def warned(log: io.StringIO) -> list[dict[str, Any]]:
    """The warnings among what the fixture `function_log` holds."""
    entries = map(json.loads, log.getvalue().splitlines())
    return [entry for entry in entries if entry.get("level") == "WARNING"]
