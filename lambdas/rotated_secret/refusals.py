"""Errors of drivers that are a reason to read the secret again: refused logins, dead servers."""

import re
from collections.abc import Iterator

_SQLSTATE = re.compile(r"08\w{3}|57P0[123]|3D000")
"""PostgreSQL: connection exceptions, shutting down or starting up, no such database.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

_OF_THE_CLIENT = range(2000, 3000)
"""MySQL: what the client itself finds out, such as CR_CONN_HOST_ERROR.

https://dev.mysql.com/doc/mysql-errors/8.4/en/client-error-reference.html
"""

_OF_THE_SERVER = {1049, 1053}
"""MySQL: ER_BAD_DB_ERROR, ER_SERVER_SHUTDOWN."""

_WITHOUT_CODE = {"OperationalError", "InterfaceError"}
"""Errors of drivers that tell no code: libpq's of every login."""

_ANSWERED = re.compile(r"(?:FATAL|ERROR): ++(?!database .* does not exist|the database system is )")
"""What a server says that is there, in libpq's text."""


def is_unreachable(error: BaseException) -> bool:
    """Whether the server could not be reached, or is not the right one any more.

    Knows the errors of psycopg, psycopg2, asyncpg, pg8000, PyMySQL, mysqlclient, MySQL Connector,
    aiomysql, asyncmy, and the same within SQLAlchemy's.
    """
    inner = getattr(error, "orig", None)  # SQLAlchemy's
    if isinstance(inner, BaseException):
        return is_unreachable(inner)
    if isinstance(error, OSError):  # refused, timed out, no such name, a certificate not trusted
        return True
    told = list(codes(error))
    if told:
        return any(map(_says_so, told))
    names = {each.__name__ for each in type(error).__mro__}
    return bool(names & _WITHOUT_CODE) and not _ANSWERED.search(str(error))


def _says_so(code: object) -> bool:
    if isinstance(code, int):
        return code in _OF_THE_CLIENT or code in _OF_THE_SERVER
    return isinstance(code, str) and bool(_SQLSTATE.fullmatch(code))


_POSTGRES = {
    "28000",  # invalid_authorization_specification: no such role, may not log in, no pg_hba entry
    "28P01",  # invalid_password
}
"""https://www.postgresql.org/docs/current/errcodes-appendix.html, class 28; there are no others."""

_MYSQL = {
    1045,  # ER_ACCESS_DENIED_ERROR; RDS Proxy, ProxySQL and MaxScale answer with it too
    1698,  # ER_ACCESS_DENIED_NO_PASSWORD_ERROR: plugins without a password hash, MariaDB's ed25519
    1820,  # ER_MUST_CHANGE_PASSWORD: it is expired, and a statement of the login finds it out
    1862,  # ER_MUST_CHANGE_PASSWORD_LOGIN: it is expired
    1873,  # ER_ACCESS_DENIED_CHANGE_USER_ERROR: the same as 1045, of COM_CHANGE_USER
    3118,  # ER_ACCOUNT_HAS_BEEN_LOCKED
    3955,  # ER_USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK
    4150,  # MariaDB: ER_USER_IS_BLOCKED
    4151,  # MariaDB: ER_ACCOUNT_HAS_BEEN_LOCKED
}
"""A user that is locked counts: with two users in turn the secret may name the other one by now.

https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
https://mariadb.com/kb/en/mariadb-error-code-reference/
"""

_NO_PLUGIN = re.compile(r"Plugin \S+ could not be loaded")
"""MariaDB's C library tells with 1045 that its own plugin for the login is not installed."""

_VAGUE = ("08", "XX")
"""Classes of codes with which poolers say anything: PgBouncer says all with 08P01."""

_WORDS = re.compile(
    # The beginning of what the server says: it comes after two spaces in libpq's text.
    r"(?:\A|:  |\bserver login failed: FATAL )(?:"
    r"\"?\w+\"? authentication failed"  # PostgreSQL, PgBouncer, Pgpool-II
    r"|role .* is not permitted to log in"
    r"|role .* does not exist"
    r"|no pg_hba\.conf entry"
    r"|no such user"  # PgBouncer
    # Translated, by lc_messages: from src/backend/po of PostgreSQL.
    r"|Passwort-Authentifizierung für Benutzer .* fehlgeschlagen"
    r"|Rolle .* hat keine Berechtigung zum Einloggen"
    r"|la autentificación password falló para el usuario"
    r"|al rol .* no se le permite conectarse"
    r"|authentification par mot de passe échouée pour l'utilisateur"
    r"|le rôle .* n'est pas autorisé à se connecter"
    r"|autenticazione con password fallita per l'utente"
    r"|al ruolo .* non è consentito effettuare il login"
    r"|ユーザー.*のパスワード認証に失敗しました"
    r"|ロール.*はログインが許可されません"
    r"|პაროლით ავთენტიფიკაცია მომხმარებლისთვის .* ვერ მოხერხდა"
    r"|როლს შესვლის უფლება არ აქვს"
    r"|사용자 .*의 password 인증을 실패했습니다"
    r"|.* 롤은 접속을 허용하지 않음"
    r"|autenticação do tipo senha falhou para"
    r"|пользователь .* не прошёл проверку подлинности"
    r"|для роли .* вход запрещён"
    r"|Lösenordsautentisering misslyckades för användare"
    r"|roll .* tillåts inte logga in"
    r"|користувач .* не пройшов автентифікацію за допомогою пароля"
    r"|для ролі .* вход не дозволений"
    r"|用户 .* Password 认证失败"
    r"|不允许角色.* 进行登录"
    r")"
)
"""libpq tells no code of a login that failed, so that psycopg has only the server's words."""

_RDS_PROXY = re.compile(
    r"This RDS proxy has no credentials for the role"
    r"|The password that was provided for the role .* is wrong",
    re.IGNORECASE,
)
"""With which code it comes is not documented.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html
"""


def is_refusal(error: BaseException) -> bool:
    """Whether the target refused user or password.

    Knows the errors of psycopg, psycopg2, asyncpg, pg8000, PyMySQL, mysqlclient, MySQL Connector,
    aiomysql, asyncmy, and the same within SQLAlchemy's; and what PgBouncer and RDS Proxy say.
    """
    inner = getattr(error, "orig", None)  # SQLAlchemy's
    if isinstance(inner, BaseException):
        return is_refusal(inner)
    told = set(codes(error))
    words = _words(error)
    if told & (_POSTGRES | _MYSQL):
        return not _NO_PLUGIN.search(words)
    vague = all(isinstance(code, str) and code.startswith(_VAGUE) for code in told)
    return bool(_RDS_PROXY.search(words) or (vague and _WORDS.search(words)))


def codes(error: BaseException) -> Iterator[object]:
    """What a driver's error says in the server's or the client's own codes.

    Where MySQL or MariaDB tells a number, that alone: its SQLSTATE says less, and 08004 both of too
    many connections and of a plugin.
    """
    numbers = [getattr(error, "errno", None), *error.args[:1]]
    told = [each for each in numbers if isinstance(each, int) and each >= 0]
    if told:
        yield from told
        return
    for attribute in ("sqlstate", "pgcode"):
        code = getattr(error, attribute, None)
        if code is not None:
            yield code
    for first in error.args[:1]:
        if isinstance(first, dict):
            yield first.get("C", "")


def _words(error: BaseException) -> str:
    for first in error.args[:1]:
        if isinstance(first, dict):  # pg8000's
            return str(first.get("M", ""))
    return str(error)
