"""Remedies are followed to the letter; afterwards AWSCURRENT works, and the next rotation too."""

import pytest

from fakes.mysql import MySQLWorld
from rotation.errors import BadSecretError, CredentialRefusedError


def test_a_password_that_is_not_the_users_is_corrected(ready: MySQLWorld) -> None:
    old = ready.document()
    ready.secrets.put(ready.arn, "AWSCURRENT", old | {"password": "a-guess"})
    ready.secrets.put(ready.arn, "AWSPREVIOUS", old | {"password": "another"})
    with pytest.raises(CredentialRefusedError) as refused:
        ready.rotate(ready.dual)
    assert "Put the user's real password into AWSCURRENT" in refused.value.remedy
    ready.secrets.put(ready.arn, "AWSCURRENT", old)
    _rotates(ready)


def test_a_name_that_the_server_would_alter_is_corrected(ready: MySQLWorld) -> None:
    old = ready.document()
    ready.secrets.put(ready.arn, "AWSCURRENT", old | {"username": f"{ready.user} "})
    with pytest.raises(BadSecretError) as refused:
        ready.rotate(ready.dual)
    assert "Use letters, digits and underscores" in refused.value.remedy
    ready.secrets.put(ready.arn, "AWSCURRENT", old)
    _rotates(ready)


def _rotates(world: MySQLWorld) -> None:
    assert world.accepts(world.document())
    for _ in range(2):
        world.rotate(world.dual)
        assert world.accepts(world.document())
        assert world.accepts(world.document("AWSPREVIOUS"))
