"""What docs/logins.md says of users that a failed deployment has left."""

from pathlib import Path

_DOCUMENT = Path(__file__).parents[2] / "docs" / "logins.md"


def left_behind(username: str, *, after: str) -> list[str]:
    """The statements that drop a user.

    Args:
        username: Its name.
        after: What stands in the document before them.
    """
    text = _DOCUMENT.read_text().partition("has left\n")[2].partition(after)[2]
    statements = text.partition("```sql\n")[2].partition("```")[0]
    assert "orders" in statements
    return [each.replace("orders", username) for each in statements.splitlines()]
