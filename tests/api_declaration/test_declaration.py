"""A declaration is accepted as a whole, or refused with the name of the field."""

import json

import pytest

from api_declaration.address import Origin
from api_declaration.answers import Meaning
from api_declaration.declaration import Declaration
from api_declaration.errors import DeclarationError
from tests.api_declaration.bad import EXAMPLES, bad
from tests.api_declaration.examples import short, whole


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_accepted(example) -> None:
    found = Declaration.read(json.dumps(example()))
    assert found == Declaration.parse(example())
    assert found.managed


def test_a_thousand_bad_declarations_are_each_refused_with_the_name_of_the_field() -> None:
    found = {json.dumps(changed): (changed, name) for changed, name in bad()}
    wrong = list(found.values())
    for changed, name in wrong:
        with pytest.raises(DeclarationError) as caught:
            Declaration.parse(changed)
        assert caught.value.why
        assert caught.value.field == name or caught.value.field.startswith(f"{name}."), changed
    assert len(wrong) >= 1000


def test_what_is_pinned_are_the_hosts_of_the_requests_and_those_that_are_named() -> None:
    assert Declaration.parse(short()).hosts == {
        Origin("auth.example.com"),
        Origin("manage.example.com", 8443),
    }


def test_an_api_that_accepts_one_token_is_refused_with_what_to_do_instead() -> None:
    with pytest.raises(DeclarationError, match=r"most: .*two accounts there a token each"):
        Declaration.parse(whole() | {"most": 1})


def test_a_template_that_only_says_list_items_may_not_revoke_by_what_nobody_has() -> None:
    declared = whole()
    declared["revoke"]["url"] = "https://api.example.com:8443/{secret.token_id}"
    with pytest.raises(DeclarationError, match=r"revoke\.url: there is no value"):
        Declaration.parse(declared)


def test_a_list_without_its_pages_is_refused() -> None:
    declared = whole()
    del declared["list"]["next"]
    with pytest.raises(DeclarationError, match=r"list\.next: it is missing"):
        Declaration.parse(declared)


@pytest.mark.parametrize(
    ("request_name", "status", "body", "meaning"),
    [
        ("issue", 201, None, Meaning.DONE),
        ("issue", 200, None, Meaning.UNEXPECTED),
        ("issue", 400, {"error": "full"}, Meaning.FULL),
        ("issue", 400, {"error": "other"}, Meaning.UNEXPECTED),
        ("issue", 400, None, Meaning.UNEXPECTED),
        ("issue", 401, None, Meaning.UNEXPECTED),
        ("issue", 404, None, Meaning.UNEXPECTED),
        ("issue", 429, None, Meaning.LATER),
        ("issue", 503, None, Meaning.LATER),
        ("issue", 302, None, Meaning.UNEXPECTED),
        ("prove", 200, None, Meaning.DONE),
        ("prove", 401, None, Meaning.REFUSED),
        ("revoke", 204, None, Meaning.DONE),
        ("revoke", 401, None, Meaning.GONE),
        ("revoke", 410, None, Meaning.UNEXPECTED),
    ],
)
def test_an_answer_means_what_was_declared_or_what_is_usual(
    request_name, status, body, meaning
) -> None:
    request = Declaration.parse(short()).requests[request_name]
    assert request.answers.meaning(status, body) is meaning


def test_a_value_in_the_answer_counts_before_the_status() -> None:
    answers = Declaration.parse(whole()).prove.answers
    assert answers.meaning(200, {"ok": False}) is Meaning.REFUSED
    assert answers.meaning(200, {"ok": 0}) is Meaning.DONE
    assert answers.meaning(200, {"ok": True}) is Meaning.DONE


def test_one_status_has_one_meaning() -> None:
    declared = short()
    declared["issue"]["answers"] = {"done": [200], "full": [200]}
    with pytest.raises(DeclarationError, match=r"issue\.answers\.full: 200 means done already"):
        Declaration.parse(declared)


def test_a_list_whose_tokens_have_no_names_has_to_tell_what_else_makes_them_ours() -> None:
    declared = whole()
    del declared["list"]["name"]
    declared["list"]["exclusive"] = True
    assert Declaration.parse(declared).list
    del declared["list"]["used"]
    with pytest.raises(DeclarationError, match=r"list\.name: .* would be taken for ours"):
        Declaration.parse(declared)


def test_a_token_without_an_id_can_not_be_revoked_by_it() -> None:
    declared = short()
    declared["revoke"]["url"] = "https://auth.example.com/reg/{id}"
    Declaration.parse(declared)
    del declared["id"]
    with pytest.raises(DeclarationError, match=r"id: it is missing, and revoke uses \{id\}"):
        Declaration.parse(declared)


@pytest.mark.parametrize("pointer", ["/client_id", "/client_secret"])
def test_the_token_itself_is_no_id_because_ids_stand_in_logs(pointer) -> None:
    declared = short()
    declared["id"] = "client_secret" if pointer == "/client_id" else "client_id"
    declared["issue"]["fields"]["client_id"] = pointer
    with pytest.raises(DeclarationError, match="id: it is the token itself"):
        Declaration.parse(declared)
