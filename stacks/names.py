"""What the resources of one deployment are called."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """What names begin with.

    Attributes:
        prefix: The names of stack, functions, alarms and database, such as `orders-production`.
        path: The names of secrets, keys, logs and users, such as `orders/production`.
    """

    prefix: str
    path: str
