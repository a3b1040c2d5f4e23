"""Secrets, names and events that nobody should send: our own error, and nothing changed."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from database.names import Pair
from rotation.errors import BadEventError, BadSecretError, NotOursError
from tests.faults.bad_events import bad_events, is_step
from tests.faults.bad_names import bad_names
from tests.faults.bad_secrets import bad_documents
from tests.faults.bench import Bench
from tests.faults.examples import try_examples
from tests.faults.scene import open_scene
from tests.faults.site import Site
from tests.faults.tally import Tally

REQUIRED = ("engine", "host", "username", "password")
"""Fields that the documented structure asks for."""


def events(bench: Bench, strategy: str, count: int) -> Tally:
    """Payloads that Secrets Manager does not send."""
    with open_scene(bench, strategy) as scene:

        def check(event: object) -> None:
            scene.must_refuse_event(event, *([] if is_step(event) else [BadEventError]))

        examples = bad_events(scene.site.arn, scene.token)
        return try_examples(Tally("bad events", strategy), count, examples, check)


def current_versions(bench: Bench, strategy: str, count: int) -> Tally:
    """Contents of AWSCURRENT that can't be read."""
    with open_scene(bench, strategy) as scene:

        def check(example: tuple[str, str | bytes]) -> None:
            step, content = example
            scene.put("AWSCURRENT", content)
            if step == "createSecret":
                scene.put("AWSPENDING", None)
            scene.must_refuse(step, BadSecretError)

        required = REQUIRED if strategy == "single" else [*REQUIRED, "masterarn"]
        contents = bad_documents(bench.subject, scene.site.document(), required=required)
        examples = st.tuples(
            st.sampled_from(["createSecret", "setSecret", "finishSecret"]), contents
        )
        return try_examples(Tally("bad AWSCURRENT", strategy), count, examples, check)


def pending_versions(bench: Bench, strategy: str, count: int) -> Tally:
    """Contents of AWSPENDING that can't be read."""
    with open_scene(bench, strategy) as scene:

        def check(example: tuple[str, str | bytes]) -> None:
            step, content = example
            scene.put("AWSPENDING", content)
            scene.must_refuse(step)

        contents = bad_documents(
            bench.subject, scene.site.document("AWSPENDING"), required=REQUIRED
        )
        # Only setSecret asks the server first, which takes long.
        steps = ["testSecret"] * 5 + ["finishSecret"] * 4 + ["setSecret"]
        examples = st.tuples(st.sampled_from(steps), contents)
        return try_examples(Tally("bad AWSPENDING", strategy), count, examples, check)


def admins(bench: Bench, count: int) -> Tally:
    """Contents of the admin's secret that can't be read."""
    with open_scene(bench, "alternating") as scene:
        admin = scene.site.secrets.document(scene.site.admin_arn)

        def check(content: str | bytes) -> None:
            scene.put("AWSCURRENT", content, scene.site.admin_arn)
            scene.must_refuse("setSecret")

        examples = bad_documents(
            bench.subject,
            admin,
            required=["username", "password"],
            checked=["host", "port", "username", "password"],
        )
        return try_examples(Tally("bad admin secret", "alternating"), count, examples, check)


def wrong_ones(bench: Bench, strategy: str, count: int) -> Tally:
    """Secrets that can be read, and don't fit to each other or to the database."""
    with open_scene(bench, strategy) as scene:

        def check(example: tuple[str, dict[str, Any]]) -> None:
            label, changes = example
            scene.put(label, json.dumps({**scene.site.document(label), **changes}))
            scene.must_refuse("setSecret")

        return try_examples(
            Tally("secrets that don't fit", strategy),
            count,
            _misfits(scene.site, strategy),
            check,
        )


def _misfits(site: Site, strategy: str) -> SearchStrategy[tuple[str, dict[str, Any]]]:
    names = st.sampled_from(site.product.strangers(site)) | bad_names(site.product)
    passwords = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
    ports = st.integers(1, 65535).filter(lambda port: port != site.proxy.port)
    hosts = st.from_regex(r"\A[a-z0-9.:-]{1,40}\Z").filter(lambda host: host != "localhost")
    pending: dict[str, SearchStrategy[Any]] = {"host": hosts, "port": ports, "username": names}
    current: dict[str, SearchStrategy[Any]] = {"username": names}
    if strategy != "dual":  # there AWSPREVIOUS is accepted, and proves whose the user is
        current["password"] = passwords
    if strategy != "single":
        current["masterarn"] = st.text(
            st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1
        )
    return _changes("AWSPENDING", pending) | _changes("AWSCURRENT", current)


def _changes(
    label: str, fields: dict[str, SearchStrategy[Any]]
) -> SearchStrategy[tuple[str, dict[str, Any]]]:
    """At least one of the fields gets another value."""
    return st.sets(st.sampled_from(sorted(fields)), min_size=1).flatmap(
        lambda names: st.tuples(
            st.just(label), st.fixed_dictionaries({name: fields[name] for name in sorted(names)})
        )
    )


def names_of_others(bench: Bench, count: int) -> Tally:
    """A user has the name of our user's twin, and is someone else's."""
    with open_scene(bench, "alternating") as scene:

        def check(example: tuple[str, bool]) -> None:
            name, reverse = example
            pair = Pair.of(name, bench.subject.name_limit)
            ours, other = (pair.clone, pair.base) if reverse else (pair.base, pair.clone)
            with _users(scene.site, ours, other):
                for label, username in {"AWSCURRENT": ours, "AWSPENDING": other}.items():
                    login = {**scene.site.document(label), "username": username}
                    scene.put(label, json.dumps({**login, "password": f"made-up-for-{label}"}))
                scene.must_refuse("setSecret", NotOursError)

        return try_examples(
            Tally("names that are someone else's", "alternating"),
            count,
            st.tuples(bad_names(bench.subject), st.booleans()),
            check,
        )


@contextmanager
def _users(site: Site, ours: str, other: str) -> Iterator[None]:
    for name, password in {ours: "made-up-for-AWSCURRENT", other: "its-Own-made-up-1"}.items():
        site.product.create_login(name, password, dbname=site.dbname)
    try:
        yield
    finally:
        for name in (ours, other):
            site.product.drop_login(name)
