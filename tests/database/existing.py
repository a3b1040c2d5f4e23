"""A database that exists, at which the first look is taken."""

from typing import Any, cast

import pytest

from database.check import Probe
from database.first_check import FirstCheck
from fakes.product import Document
from fakes.world import World
from rotation.deadline import Deadline
from rotation.errors import RotationError
from rotation.rotating_secret import RotatingSecret


class Existing:
    """The settings of a database that exists, whose admin's secret is RDS's own."""

    def __init__(self, world: World, probe: Probe, *, engine: str) -> None:
        self._secrets = world.secrets
        self._admin_arn = world.admin_arn
        self._check = FirstCheck(world.product.target, probe)
        self.settings: Document = {
            "Engine": engine,
            "Host": world.product.server.host,
            "Port": str(world.product.server.port),
            "Dbname": world.dbname,
        }
        self.secret({"username": world.admin, "password": "the-Admins-own-1"})

    def secret(self, content: object) -> None:
        self._secrets.put(self._admin_arn, "AWSCURRENT", content)

    def check(self, **changes: object) -> str:
        deadline = Deadline(30)
        secret = RotatingSecret(cast("Any", self._secrets), self._admin_arn, deadline)
        return self._check.ensure(
            secret,
            owner="a request",
            deadline=deadline,
            properties={**self.settings, **changes},
            before={},
        )

    def fails(self, kind: type[RotationError], cause: str, remedy: str, **changes: object) -> None:
        with pytest.raises(kind, match=cause) as caught:
            self.check(**changes)
        assert remedy in caught.value.remedy
        assert "the-Admins-own-1" not in str(caught.value)
