"""Servers that are not the right one."""

from pathlib import Path

import pytest
import trustme

from fakes.world import World


def set_secret_at(world: World, host: str, port: int) -> None:
    """Begins a rotation of a secret whose database is somewhere else."""
    for arn in (world.arn, world.admin_arn):
        document = {**world.secrets.document(arn), "host": host, "port": port}
        world.secrets.put(arn, "AWSCURRENT", document)
    token = world.until(world.alternating, "setSecret")
    world.step(world.alternating, token, "setSecret")


def trusted_authority(monkeypatch: pytest.MonkeyPatch, folder: Path) -> trustme.CA:
    """An authority that the functions trust in a test.

    Args:
        monkeypatch: The test's.
        folder: Where its certificate is written to.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    monkeypatch.setenv("RDS_CA_BUNDLE", str(folder / "ca.pem"))
    return authority
