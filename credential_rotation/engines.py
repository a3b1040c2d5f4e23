"""The database products that there are: the one place that names them."""

from collections.abc import Iterable, Mapping

from credential_rotation.engine import Engine
from credential_rotation.mysql_engine import AURORA_MYSQL, MARIADB, MYSQL
from credential_rotation.postgres_engine import AURORA_POSTGRES, POSTGRES

ENGINES: Mapping[str, Engine] = {
    each.name: each for each in (POSTGRES, MYSQL, MARIADB, AURORA_POSTGRES, AURORA_MYSQL)
}

STRATEGIES = tuple(dict.fromkeys(name for each in ENGINES.values() for name in each.strategies))
"""The strategies of all products."""


def strategies(engines: Iterable[Engine] = ENGINES.values()) -> str:
    """Say in a sentence which strategies products have."""
    return "; ".join(f"{each.title}: {', '.join(each.strategies)}" for each in engines)
