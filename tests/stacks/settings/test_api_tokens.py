"""What a team decides about tokens of APIs, and what cannot be."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_declaration.declaration import LARGEST, Declaration
from stacks.settings import SettingsError, read_settings
from stacks.settings.api_tokens import ApiToken
from tests.api_declaration.bad import bad
from tests.api_declaration.examples import short, whole
from tests.stacks.api_tokens.given import MANAGEMENT, token


def read(**changes: Any) -> ApiToken:
    settings = read_settings({"name": "orders", "api_tokens": {"partner": token(**changes)}})
    return settings.api_tokens["partner"]


def declared(declaration: object, **changes: Any) -> ApiToken:
    return read(preset="", parameters={}, declaration=declaration, **changes)


def test_there_is_none_by_default() -> None:
    assert not read_settings({"name": "orders"}).api_tokens


def test_a_preset_becomes_a_declaration() -> None:
    assert Declaration.read(read().declared).token == "client_secret"


def test_a_declaration_is_handed_on_as_it_is() -> None:
    assert json.loads(declared(short()).declared) == short()


NO = "api_tokens.partner"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"preset": "oauth"}, f"{NO}.preset = 'oauth': there is no such preset. Allowed: oauth-cl"),
        ({"preset": ""}, f"{NO}.parameters: there is no preset. Allowed"),
        ({"preset": "", "parameters": {}}, f"{NO}.declaration: there is neither a preset nor a d"),
        ({"parameters": {"url": "x"}}, f"{NO}.parameters: the parameter registration_url is missi"),
        ({"declaration": short()}, f"{NO}.declaration: the preset oauth-client is one already"),
        ({"management_secret_arn": ""}, f"{NO}: management_secret_arn is not set, and the declara"),
        ({"management_secret_arn": "x"}, f"{NO}.management_secret_arn = 'x'. Allowed"),
        ({"interval_days": 3}, f"{NO}.interval_days = 3. Allowed: 4 to 90"),
        ({"interval_days": 8}, f"{NO}.grace_days = 7: interval_days is 8"),
        ({"private_networks": "10.0.0.1/8"}, f"{NO}.private_networks.0 = '10.0.0.1/8': 10.0.0.1/8"),
        ({"private_networks": "8.8.8.0/24"}, "it is public, or what every machine has"),
        ({"private_networks": "169.254.0.0/16"}, "it is public, or what every machine has"),
        ({"private_networks": "0.0.0.0/0"}, "it is public, or what every machine has"),
        ({"authorities": "nowhere.pem"}, f"{NO}.authorities = 'nowhere.pem': it cannot be read"),
        ({"vpc_id": "vpc-0123456789abcdef0"}, "vpc_id, subnet_ids and security_group_ids go toget"),
        ({"subnet_ids": "subnet-0123456789abcdef0"}, "security_group_ids go together"),
        ({"readers": "arn:aws:iam::111122223333:user/me"}, "ARNs of roles"),
        ({"url": "https://example.com"}, f"{NO}.url: there is no such setting"),
        (
            {
                "preset": "gitlab-project-token",
                "parameters": {"project": "1", "lifetime_days": "60"},
            },
            f"{NO}: a token ends after lifetime_days = 60, and may have to work for 67 days",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(given: dict[str, object], line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(**given)
    assert line in str(caught.value)


def test_a_bad_declaration_is_refused_with_the_name_of_its_field() -> None:
    for declaration, field in [*bad()][::97]:
        with pytest.raises(SettingsError) as caught:
            declared(declaration)
        assert f"{NO}.declaration: {field}" in str(caught.value)


def test_a_declaration_that_does_not_fit_into_the_environment_is_refused() -> None:
    large = whole() | {"lifetime_days": 365}
    large["issue"]["json"]["padding"] = "x" * LARGEST
    with pytest.raises(SettingsError, match=rf"no room for more than {LARGEST}"):
        declared(large)


def test_one_token_at_a_time_is_refused_with_what_to_do_instead() -> None:
    with pytest.raises(SettingsError, match=r"declaration: most: .*two accounts there"):
        declared(whole() | {"most": 1})


@pytest.mark.parametrize("name", ["Partner", "a_b", "x" * 21, "-a", ""])
def test_a_name_that_resources_cannot_have_is_refused(name) -> None:
    with pytest.raises(SettingsError):
        read_settings({"name": "orders", "api_tokens": {name: token()}})


@pytest.mark.parametrize("name", ["token", "token-partner"])
def test_a_database_and_a_token_do_not_get_the_same_names(name) -> None:
    with pytest.raises(SettingsError, match="token"):
        read_settings({"name": "orders", "databases": {name: {"logins": {"app": {}}}}})


def test_a_management_secret_of_another_region_is_refused() -> None:
    other = MANAGEMENT.replace("us-east-1", "eu-west-1")
    with pytest.raises(SettingsError, match=r"api_tokens\.partner\.management_secret_arn"):
        read_settings(
            {
                "name": "orders",
                "secrets_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef"
                "-1234567890ab",
                "api_tokens": {"partner": token(management_secret_arn=other)},
            }
        )


@given(st.integers(0, 100), st.integers(0, 40), st.integers(0, 40), st.integers(1, 200))
def test_no_accepted_combination_lets_a_token_end_while_it_is_in_use(
    interval: int, grace: int, notice: int, lifetime: int
) -> None:
    declaration = whole() | {"lifetime_days": lifetime}
    try:
        declared(declaration, interval_days=interval, grace_days=grace, notice_days=notice)
    except SettingsError:
        return
    assert interval + grace + 2 * notice + 2 < lifetime
    assert grace <= interval - 2
