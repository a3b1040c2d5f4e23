"""PyMySQL, made to prove a password only in ways that show it to nobody but the right server.

The driver does whatever a server asks for: the password in the clear (`mysql_clear_password`,
`dialog`), by a hash that is easily undone (`mysql_old_password`), or encrypted for a key that the
server has just sent. Here it is TLS with verified chain and host name first, then one of three
ways.

https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
"""

from typing import Any

import pymysql.connections
from pymysql.err import MySQLError

from mysql_user import ed25519, start_up
from mysql_user.verifiers import NATIVE, SHA2

_ED25519 = "client_ed25519"
_WAYS = {SHA2, NATIVE, _ED25519}

_Connection: Any = pymysql.connections.Connection
"""Its types lack what is private there, and what is overridden here."""


class OtherWayError(MySQLError):
    """The server asks for a proof in a way that is not used here; nothing was sent to it.

    It may well be the right server: MySQL asks for any proof of a user that does not exist.

    Attributes:
        plugin: The way.
    """

    def __init__(self, plugin: str) -> None:
        super().__init__()
        self.plugin = plugin


class Driver(_Connection):  # type: ignore[misc]  # see _Connection
    """A connection that begins in a known state, or not at all."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # PyMySQL's
        """See PyMySQL; the connection is opened by `connect`."""
        super().__init__(defer_connect=True, auth_plugin_map={_ED25519: _Ed25519}, **options)

    def _get_server_information(self) -> None:
        """Reads the greeting; what it asks for first may be anything, and can be changed later."""
        super()._get_server_information()
        if self._auth_plugin_name not in _WAYS:  # type: ignore[has-type]  # see _Connection
            self._auth_plugin_name = NATIVE

    def _get_auth_plugin_handler(self, plugin_name: bytes) -> Any:  # noqa: ANN401  # PyMySQL's
        """Refuses a way before anything is done in it; the driver asks for each that is tried."""
        plugin = plugin_name.decode("ascii", errors="replace")
        if plugin not in _WAYS:
            raise OtherWayError(plugin)
        return super()._get_auth_plugin_handler(plugin_name)

    def set_character_set(self, charset: str, collation: str | None = None) -> None:
        """Begins the session; the driver calls it first."""
        del charset, collation
        self.query(start_up.statement(self.server_version))


class _Ed25519:
    """Proves a password to MariaDB's `ed25519`."""

    def __init__(self, driver: Any) -> None:  # noqa: ANN401  # see _Connection
        self._driver = driver

    def authenticate(self, packet: Any) -> Any:  # noqa: ANN401  # PyMySQL's
        """Signs what the server has sent."""
        driver = self._driver
        driver.write_packet(ed25519.sign(driver.password, packet.read_all()))
        return driver._read_packet()  # noqa: SLF001  # as the driver's own ways do
