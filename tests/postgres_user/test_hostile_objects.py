"""Nothing that an application creates is run with the admin's rights."""

import psycopg
import pytest
from psycopg import sql

from fakes.postgres import PostgresWorld
from rotation.errors import RotationError

FUNCTIONS = (
    "pg_try_advisory_xact_lock(bigint)",
    "pg_advisory_xact_lock(bigint)",
    "pg_terminate_backend(integer)",
    "pg_backend_pid()",
    "current_database()",
    "current_setting(text)",
    "starts_with(text, text)",
    "pg_has_role(oid, oid, text)",
    "pg_has_role(name, text)",
    "shobj_description(oid, name)",
    "json_build_array(name, text[])",
)
"""What our statements call, and would call if names were looked for elsewhere."""

VIEWS = (
    "pg_roles",
    "pg_authid",
    "pg_locks",
    "pg_stat_activity",
    "pg_db_role_setting",
    "pg_database",
    "pg_shdepend",
    "pg_proc",
)

OF_THE_CLONE = (
    (
        "CREATE FUNCTION hers.trigger() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM hers.canary(); RETURN NEW; END $$"
    ),
    (
        "CREATE TABLE hers.one (id int PRIMARY KEY DEFAULT hers.canary(),"
        " CHECK (hers.canary() < 2), made int GENERATED ALWAYS AS (hers.canary()) STORED)"
    ),
    "CREATE INDEX ON hers.one (hers.canary())",
    "CREATE TABLE hers.two (id int REFERENCES hers.one)",
    "CREATE TRIGGER every BEFORE INSERT OR UPDATE ON hers.one EXECUTE FUNCTION hers.trigger()",
    "ALTER TABLE hers.one ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY canary ON hers.one USING (hers.canary() = 1)",
    "CREATE RULE canary AS ON UPDATE TO hers.two DO ALSO SELECT hers.canary()",
    "CREATE VIEW hers.look AS SELECT hers.canary()",
    "CREATE MATERIALIZED VIEW hers.stored AS SELECT hers.canary()",
    "CREATE DOMAIN hers.checked AS int CHECK (hers.canary() = 1)",
    "CREATE TYPE hers.pair AS (a hers.checked, b int)",
    "CREATE FUNCTION hers.told(hers.pair) RETURNS int LANGUAGE sql AS 'SELECT hers.canary()'",
    "CREATE CAST (hers.pair AS int) WITH FUNCTION hers.told(hers.pair) AS IMPLICIT",
    "CREATE STATISTICS hers.counted ON id, made FROM hers.one",
    "CREATE AGGREGATE hers.sum(int) (SFUNC = int4pl, STYPE = int)",
    "CREATE TEXT SEARCH CONFIGURATION hers.words (COPY = simple)",
    "CREATE DEFAULT CONVERSION hers.latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1",
    "CREATE PUBLICATION canary_{number} FOR TABLE hers.two",
    "SELECT lo_create(0)",
    "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA hers GRANT ALL ON FUNCTIONS TO PUBLIC",
)
"""What runs a function of its owner's choice when something is done to it."""


def canaries(world: PostgresWorld, since: int) -> list[str]:
    """Who has run something of the application's."""
    log = world.server.log.read_bytes()[since:].decode(errors="replace")
    return [line for line in log.splitlines() if f"canary of {world.number}:" in line]


def shadows(own: PostgresWorld) -> int:
    """The application gives other meanings to all that our statements name; tells since when."""
    with own.as_login(own.document()) as app:
        for signature in FUNCTIONS:
            app.execute(
                f"CREATE FUNCTION public.{signature} RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
                f" RAISE LOG 'canary of {own.number}: %', session_user; RETURN true; END $$"
            )
        app.execute(
            "CREATE FUNCTION public.equal(name, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE LOG 'canary of {own.number}: %', session_user; RETURN true; END $$"
        )
        app.execute(
            "CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = text, FUNCTION = public.equal)"
        )
        for name in VIEWS:
            app.execute(
                sql.SQL(
                    "CREATE VIEW public.{0} AS SELECT *, public.equal('a', 'b'::text) AS canary"
                    " FROM pg_catalog.{0}"
                ).format(sql.Identifier(name))
            )
        since = own.server.log.stat().st_size
        app.execute(f"ALTER ROLE {own.user} SET search_path = public, pg_catalog")
        app.execute(f"ALTER DATABASE {own.dbname} SET search_path = public, pg_catalog")
    return since


def test_names_mean_postgresql_s_own_objects(own: PostgresWorld) -> None:
    since = shadows(own)
    for handler in (own.alternating, own.alternating, own.single):
        own.rotate(handler)
    own.secrets.put(own.arn, "AWSCURRENT", own.application(username=f"other_{own.number}"))
    own.create_first_user()
    assert canaries(own, since) == []


def test_a_session_that_begins_as_it_is_set_would_meet_them(
    own: PostgresWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check above can fail."""
    since = shadows(own)
    own.run("ALTER ROLE {} SET search_path = pg_catalog", own.user)
    monkeypatch.setattr("postgres_user.start_up._ALWAYS", {})
    with pytest.raises(RotationError):
        own.rotate(own.alternating)
    assert own.admin in "".join(canaries(own, since))


def test_what_changes_hands_runs_nothing(own: PostgresWorld) -> None:
    """What AWS's function left to the clone goes to the base."""
    own.rotate(own.alternating)
    clone = own.document()
    own.run("ALTER ROLE {} SET role = none", own.clone)
    own.run("GRANT CREATE ON DATABASE {} TO {}", own.dbname, own.clone)
    own.run("CREATE SCHEMA hers AUTHORIZATION {}", own.clone)
    with own.as_login(clone) as session:
        session.execute("SET ROLE NONE")
        session.execute(
            "CREATE FUNCTION hers.canary() RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN"
            f" RAISE LOG 'canary of {own.number}: %', session_user; RETURN 1; END $$"
        )
        for statement in OF_THE_CLONE:
            session.execute(statement.format(number=own.number))
        session.execute("INSERT INTO hers.one (id) VALUES (1)")
    since = own.server.log.stat().st_size
    own.rotate(own.alternating)
    assert canaries(own, since) == []
    [[left]] = own.ask(
        "SELECT count(*) FROM pg_shdepend WHERE refobjid = %s::regrole AND deptype = 'o'"
        " AND classid <> 'pg_default_acl'::regclass",
        own.clone,
    )
    assert left == 0


def test_a_schema_changes_hands_before_what_is_in_it(own: PostgresWorld) -> None:
    """REASSIGN OWNED goes by the order of a catalogue's rows, and asks for rights on the schema."""
    own.rotate(own.alternating)
    clone = own.document()
    own.run("ALTER ROLE {} SET role = none", own.clone)
    with own.as_superuser() as session:
        owner = f"OWNER TO {own.admin}"
        for number in range(200):  # rows before that of the schema, whose room is free later
            name = f"public.early_{number}()"
            session.execute(f"CREATE FUNCTION {name} RETURNS int LANGUAGE sql AS 'SELECT 1'")
            session.execute(f"ALTER FUNCTION {name} {owner}")
        own.run("CREATE SCHEMA hers AUTHORIZATION {}", own.clone)
        for number in range(200):
            session.execute(f"DROP FUNCTION public.early_{number}()")
        session.execute("VACUUM pg_shdepend")
    with own.as_login(clone) as session:
        session.execute("SET ROLE NONE")
        for number in range(200):
            session.execute(
                f"CREATE FUNCTION hers.f{number}() RETURNS int LANGUAGE sql AS 'SELECT 1'"
            )
    [[first]] = own.ask(
        "SELECT classid::regclass::text FROM pg_shdepend WHERE refobjid = %s::regrole"
        " AND deptype = 'o' ORDER BY ctid LIMIT 1",
        own.clone,
    )
    assert first == "pg_proc"
    own.rotate(own.alternating)
    owners = own.ask(
        "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'hers'"
        " UNION SELECT proowner::regrole::text FROM pg_proc"
        " WHERE pronamespace = 'hers'::regnamespace"
    )
    assert owners == [(own.user,)]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE EVENT TRIGGER canary ON ddl_command_start EXECUTE FUNCTION public.fired()",
        "SECURITY LABEL ON ROLE {user} IS 'canary'",
        "ALTER ROLE CURRENT_USER SET session_preload_libraries = 'canary'",
        "ALTER ROLE CURRENT_USER SET log_statement = 'none'",
        "ALTER ROLE CURRENT_USER SET session_replication_role = 'replica'",
        "ALTER ROLE {admin} SET work_mem = '4MB'",
        "ALTER ROLE ALL SET work_mem = '4MB'",
        "COMMENT ON ROLE {clone} IS 'canary'",
        "CREATE CAST (name AS text) WITH FUNCTION public.cast(name)",
        "CREATE FUNCTION pg_catalog.canary() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION public.c() RETURNS int LANGUAGE c AS 'canary'",
    ],
)
def test_what_would_run_in_the_admin_s_sessions_is_not_an_application_s_to_make(
    own: PostgresWorld, statement: str
) -> None:
    """The rest of what is not ours to prevent: only a superuser, or an admin of RDS, may do it."""
    own.rotate(own.alternating)
    with own.as_login(own.document()) as app:
        app.execute(
            "CREATE FUNCTION public.fired() RETURNS event_trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NULL; END $$"
        )
        app.execute("CREATE FUNCTION public.cast(name) RETURNS text LANGUAGE sql AS 'SELECT $1'")
        refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue)
        with pytest.raises((*refused, psycopg.errors.ObjectNotInPrerequisiteState)):
            app.execute(statement.format(admin=own.admin, user=own.user, clone=own.clone))
