"""Verifiers that are computed here are what the servers themselves make of a password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.mysql import MySQLWorld
from mysql_user import ed25519
from mysql_user.sha_crypt import sha256_crypt
from mysql_user.verifiers import ED25519, NATIVE, PLUGINS, SHA2, verifier, verifies
from rotation.secret_text import SecretText


def test_sha_crypt_computes_what_its_specification_says() -> None:
    """https://www.akkadia.org/drepper/SHA-crypt.txt, the first vector."""
    assert sha256_crypt(b"Hello world!", b"saltstring", 5000) == (
        b"5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
    )


def test_known_passwords_have_their_known_verifiers() -> None:
    """https://mariadb.com/kb/en/authentication-plugin-ed25519/ for the second."""
    secret = SecretText("secret")
    assert verifier(NATIVE, secret) == b"*14E65567ABDB5135D0CFD9A70B3032C179A49EE7"
    assert verifier(ED25519, secret) == b"ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY"


@given(st.sampled_from(PLUGINS), st.text(min_size=1, max_size=40), st.text(max_size=40))
def test_a_verifier_is_of_its_own_password_only(plugin: str, password: str, other: str) -> None:
    made = verifier(plugin, SecretText(password + "\u00e4"))
    assert verifies(plugin, made, SecretText(password + "\u00e4"))
    assert verifies(plugin, made, SecretText(other)) is (other == password + "\u00e4")


@pytest.mark.parametrize("stored", [b"", b"*", b"$A$", b"$A$zzz$" + b"x" * 63, b"$A$005$short"])
@pytest.mark.parametrize("plugin", [*PLUGINS, "unix_socket", ""])
def test_a_verifier_that_makes_no_sense_is_of_no_password(plugin: str, stored: bytes) -> None:
    assert not verifies(plugin, stored, SecretText("secret"))


def test_verifiers_of_one_password_differ_where_there_is_a_salt() -> None:
    assert verifier(SHA2, SecretText("secret")) != verifier(SHA2, SecretText("secret"))


def test_a_signature_proves_a_password_to_a_real_server(on_mariadb: MySQLWorld) -> None:
    """With MariaDB's own ed25519, for names and passwords that are not ASCII."""
    world = on_mariadb
    world.create_first_user()
    install_ed25519(world)
    password = "p\u00e4ssword-\U0001f511"
    made = verifier(ED25519, SecretText(password)).decode()
    world.run(f"ALTER USER {{}}@'%' IDENTIFIED VIA ed25519 USING '{made}'", world.user)
    world.secrets.put(world.arn, "AWSCURRENT", world.application(password=password))
    world.rotate(world.alternating)
    world.rotate(world.alternating)
    plugins = world.product.run("SELECT plugin FROM mysql.user WHERE User = %s", world.clone)
    assert plugins == [("ed25519",)]


def install_ed25519(world: MySQLWorld) -> None:
    """As an admin does; it stays on the server."""
    if not world.run("SELECT 1 FROM mysql.plugin WHERE name = 'ed25519'"):
        world.run("INSTALL SONAME 'auth_ed25519'")


def test_ed25519_is_computed_like_rfc_8032() -> None:
    """A password that is a private key of the RFC has that one's public key."""
    private = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert ed25519.public_key(private).hex() == public
