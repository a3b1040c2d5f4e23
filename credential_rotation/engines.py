"""The database products that there are: the one place that names them."""

from collections.abc import Mapping

from credential_rotation.engine import Engine
from credential_rotation.mysql_engine import AURORA_MYSQL, MARIADB, MYSQL
from credential_rotation.postgres_engine import AURORA_POSTGRES, POSTGRES

ENGINES: Mapping[str, Engine] = {
    each.name: each for each in (POSTGRES, MYSQL, MARIADB, AURORA_POSTGRES, AURORA_MYSQL)
}

STRATEGIES = tuple(dict.fromkeys(name for each in ENGINES.values() for name in each.strategies))
"""The strategies of all products."""


def strategies() -> str:
    """Say in a sentence which strategies products have."""
    titles: dict[tuple[str, ...], dict[str, None]] = {}
    for each in ENGINES.values():
        titles.setdefault(tuple(each.strategies), {})[each.title] = None
    return "; ".join(f"{', '.join(of)}: {', '.join(names)}" for names, of in titles.items())
