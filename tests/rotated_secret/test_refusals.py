"""How each driver says that the login was refused."""

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from rotated_secret.refusals import is_refusal


class DriverError(Exception):
    def __init__(self, *arguments: object, **codes: object) -> None:
        super().__init__(*arguments)
        vars(self).update(codes)


FATAL = 'connection to server at "db", port 6432 failed: FATAL:  '

NO_CREDENTIALS = "This RDS proxy has no credentials for the role app. Check the credentials for"
WRONG = "The password that was provided for the role app is wrong."

POOLERS = [
    # What PgBouncer 1.18 answered when it was tried: to SCRAM, to MD5 and plain, and when it is the
    # one whose password the server refuses.
    ("08P01", "SASL authentication failed"),
    ("08P01", "password authentication failed"),
    ("08P01", 'password authentication failed for user "app"'),
    ("08P01", "no such user: app"),
    ("08P01", 'server login failed: FATAL password authentication failed for user "app"'),
    ("28P01", "password authentication failed"),
    # RDS Proxy: the words are documented, the code is not.
    *(
        (code, words)
        for code in ("28000", "08006", "XX000", "42501")
        for words in (NO_CREDENTIALS, WRONG)
    ),
]
"""How poolers and proxies say it."""

NO_REFUSALS_OF_POOLERS = [
    ("08P01", "no such database: app"),
    ("08P01", "no more connections allowed (max_client_conn)"),
    ("08P01", "server login failed: wrong password type"),
    ("08P01", "query_wait_timeout"),
    ("08P01", "SSL required"),
    ("XX000", "Timed-out waiting to acquire database connection."),
    ("XX000", 'Request returned an error: database "app" does not exist'),
    ("3D000", 'database "password authentication failed" does not exist'),
]

TRANSLATED = [
    # From the .mo files of Debian's postgresql-15; the Portuguese one is of newer versions.
    "FATAL:  Passwort-Authentifizierung für Benutzer »app« fehlgeschlagen",
    "FATAL:  Rolle »app« hat keine Berechtigung zum Einloggen",
    "FATAL:  la autentificación password falló para el usuario «app»",
    "FATAL:  al rol «app» no se le permite conectarse",
    "FATAL:  authentification par mot de passe échouée pour l'utilisateur  « app »",
    "FATAL:  le rôle « app » n'est pas autorisé à se connecter",
    'FATALE:  autenticazione con password fallita per l\'utente "app"',
    'FATALE:  al ruolo "app" non è consentito effettuare il login',
    'FATAL:  ユーザー"app"のパスワード認証に失敗しました',
    'FATAL:  ロール"app"はログインが許可されません',
    'ფატალური:  პაროლით ავთენტიფიკაცია მომხმარებლისთვის "app" ვერ მოხერხდა',
    "ფატალური:  როლს შესვლის უფლება არ აქვს: app",
    '치명적오류:  사용자 "app"의 password 인증을 실패했습니다',
    '치명적오류:  "app" 롤은 접속을 허용하지 않음',
    'FATAL:  autenticação do tipo senha falhou para o usuário "app"',
    'ВАЖНО:  пользователь "app" не прошёл проверку подлинности (по паролю)',
    'ВАЖНО:  для роли "app" вход запрещён',
    'FATALT:  Lösenordsautentisering misslyckades för användare "app"',
    'FATALT:  roll "app" tillåts inte logga in',
    'ФАТАЛЬНО:  користувач "app" не пройшов автентифікацію за допомогою пароля',
    'ФАТАЛЬНО:  для ролі "app" вход не дозволений',
    '致命错误:  用户 "app" Password 认证失败',
    '致命错误:  不允许角色"app" 进行登录',
]

TRANSLATED_OTHERWISE = [
    "FATAL:  Datenbank »app« existiert nicht",
    "FATAL:  no existe la base de datos «app»",
    "FATAL:  la base de données « app » n'existe pas",
    'FATALE:  il database "app" non esiste',
    'FATAL:  データベース"app"は存在しません',
    '치명적오류:  "app" 데이터베이스 없음',
    'ВАЖНО:  база данных "app" не существует',
    '致命错误:  数据库 "app" 不存在',
]

MYSQL = {
    # Another version of the secret may be spared this:
    1045: True,  # access denied
    1698: True,  # access denied, by a plugin without a password
    1820: True,  # the password must be changed first
    1862: True,  # the password is expired
    1873: True,  # access denied to a session that changes its user
    3118: True,  # the account is locked
    3955: True,  # the account is blocked after failed logins
    4150: True,  # MariaDB: the user is blocked after failed logins
    4151: True,  # MariaDB: the account is locked
    # and none of these:
    1040: False,  # too many connections; RDS Proxy: too many a second
    1044: False,  # the user has no right to the database
    1049: False,  # unknown database
    1129: False,  # the host is blocked: trying again makes it worse
    1130: False,  # the host is not allowed, whoever comes from there
    1158: False,  # a broken packet
    1203: False,  # the user has too many connections
    1226: False,  # the user's share of something is used up
    1251: False,  # the client can't do what the account's plugin asks for
    1275: False,  # old passwords are switched off
    1396: False,  # a statement about a user failed
    1524: False,  # the account's plugin is not loaded
    2003: False,  # nobody there
    2013: False,  # the connection was lost
    2026: False,  # TLS failed
    2059: False,  # the client lacks the account's plugin
    2061: False,  # the plugin failed
    3032: False,  # the server is offline for maintenance
    3159: False,  # TLS is required
    9501: False,  # RDS Proxy: no connection became free
}
"""https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
https://mariadb.com/kb/en/mariadb-error-code-reference/
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.troubleshooting.html
"""


@pytest.mark.parametrize(
    "error",
    [
        DriverError("asyncpg", sqlstate="28P01"),
        DriverError("asyncpg", sqlstate="28000"),
        DriverError("psycopg2", pgcode="28P01"),
        DriverError({"C": "28P01", "M": "pg8000"}),
        DriverError(1045, "mysqlclient"),
        DriverError("MySQL Connector", errno=1045),
        psycopg.OperationalError(FATAL + 'password authentication failed for user "a"'),
        psycopg.OperationalError(FATAL + 'SCRAM authentication failed for user "a"'),
        psycopg.OperationalError(FATAL + 'role "a" is not permitted to log in'),
        psycopg.OperationalError(FATAL + 'no pg_hba.conf entry for host "10.0.0.1"'),
        OperationalError("", None, DriverError(1045, "mysqlclient")),
    ],
)
def test_a_refused_login_is_a_refusal(error: Exception) -> None:
    assert is_refusal(error)


@pytest.mark.parametrize(
    "error",
    [
        DriverError("asyncpg", sqlstate="3D000"),
        DriverError({"C": "53300", "M": "pg8000"}),
        DriverError(2003, "mysqlclient: 1045"),
        psycopg.OperationalError(FATAL + 'database "a" does not exist'),
        psycopg.OperationalError("the server closed the connection unexpectedly"),
        psycopg.errors.UndefinedTable("FATAL:  password authentication failed"),
        OperationalError("", None, DriverError("gone")),
        ConnectionResetError(104, "reset"),
        TimeoutError(),
    ],
)
def test_another_failure_is_none(error: Exception) -> None:
    assert not is_refusal(error)


def as_each_driver_tells(code: str, words: str) -> list[Exception]:
    return [
        DriverError(words, sqlstate=code),  # asyncpg
        DriverError({"S": "FATAL", "C": code, "M": words}),  # pg8000
        psycopg.OperationalError(FATAL + words),
        DriverError(FATAL + words, pgcode=None),  # psycopg2
    ]


@pytest.mark.parametrize(("code", "words"), POOLERS)
def test_what_poolers_and_proxies_answer_to_a_wrong_login_is_a_refusal(
    code: str, words: str
) -> None:
    assert [is_refusal(error) for error in as_each_driver_tells(code, words)] == [True] * 4


@pytest.mark.parametrize(("code", "words"), NO_REFUSALS_OF_POOLERS)
def test_what_else_poolers_and_proxies_answer_is_none(code: str, words: str) -> None:
    assert [is_refusal(error) for error in as_each_driver_tells(code, words)] == [False] * 4


@pytest.mark.parametrize("words", TRANSLATED)
def test_a_refusal_is_known_in_each_language_of_the_server(words: str) -> None:
    assert is_refusal(psycopg.OperationalError(f'connection to "db", port 6432 failed: {words}'))


@pytest.mark.parametrize("words", TRANSLATED_OTHERWISE)
def test_what_is_none_is_none_in_each_language(words: str) -> None:
    error = psycopg.OperationalError(f'connection to "db", port 6432 failed: {words}')
    assert not is_refusal(error)


@pytest.mark.parametrize(("number", "refused"), MYSQL.items())
def test_the_numbers_of_mysql_and_mariadb_are_told_apart(number: int, *, refused: bool) -> None:
    assert is_refusal(DriverError(number, "PyMySQL, mysqlclient")) is refused
    assert is_refusal(DriverError("MySQL Connector", errno=number)) is refused
