"""Applications that are not ours get to the database, if they are named."""

import pytest

from stacks.settings import SettingsError, read_settings
from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text

GROUP, RANGE, RANGE_6 = "sg-0123456789abcdef0", "10.20.0.0/16", "fd00:1::/32"


@pytest.fixture(scope="module")
def with_clients(synthesize: Synthesize) -> Template:
    return Template(synthesize(database__clients=f"{GROUP},{RANGE},{RANGE_6}").template)


def rules_for(template: Template, key: str, client: str) -> dict[str, int]:
    return {
        text(rule["GroupId"]): rule["FromPort"]
        for rule in template.of("AWS::EC2::SecurityGroupIngress").values()
        if rule.get(key) == client and rule["FromPort"] == rule["ToPort"]
    }


@pytest.mark.parametrize(
    ("key", "client"),
    [("SourceSecurityGroupId", GROUP), ("CidrIp", RANGE), ("CidrIpv6", RANGE_6)],
)
def test_a_client_gets_to_the_database_and_to_the_endpoint_and_no_further(
    with_clients: Template, key: str, client: str
) -> None:
    rules = rules_for(with_clients, key, client)
    assert sorted(rules.values()) == [443, 6432]
    outputs = with_clients.outputs
    assert rules[text(outputs["MainSecurityGroupId"])] == 6432
    assert rules[text(outputs["SecretsEndpointSecurityGroupId"])] == 443


def test_a_client_changes_nothing_else(with_clients: Template, template: Template) -> None:
    new = with_clients.resources.keys() - template.resources.keys()
    assert {with_clients.resources[name]["Type"] for name in new} == {
        "AWS::EC2::SecurityGroupIngress"
    }
    assert {name: with_clients.resources[name] for name in template.resources} == dict(
        template.resources
    )


def test_what_an_application_needs_to_get_in_is_told(template: Template) -> None:
    assert {
        "EndpointClientsSecurityGroupId",
        "MainAppSecretArn",
        "MainEndpoint",
        "MainSecurityGroupId",
        "SecretsEndpointSecurityGroupId",
        "SecretsKeyArn",
        "SubnetIds",
        "VpcId",
    } <= template.outputs.keys()


@pytest.mark.parametrize(
    ("clients", "why"),
    [
        ("0.0.0.0/0", "0.0.0.0/0 has addresses that are public"),
        ("::/0", "::/0 has addresses that are public"),
        ("8.8.8.0/24", "8.8.8.0/24 has addresses that are public"),
        ("0.0.0.0/8", "or of no network"),
        ("127.0.0.0/16", "or of no network"),
        ("169.254.0.0/16", "or of no network"),
        ("192.168.0.0/15", "has addresses that are public"),
        ("fe80::/64", "or of no network"),
        ("10.0.0.1/16", "10.0.0.1/16 has host bits set"),
        ("10.0.0.0", "10.0.0.0 is neither the id of a security group nor a CIDR block"),
        ("sg-1", "sg-1 is neither"),
        ("sg-0123456789ABCDEF0", "is neither"),
        ("vpc-0123456789abcdef0", "is neither"),
        (f"{GROUP},{GROUP}", "one is there twice"),
        (",".join(f"10.{number}.0.0/16" for number in range(26)), "up to 25"),
    ],
)
def test_a_client_that_cannot_be_is_refused_by_name(clients: str, why: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"name": "orders", "database.clients": clients})
    assert "database.clients" in str(caught.value)
    assert why in str(caught.value)


@pytest.mark.parametrize("client", ["172.31.0.0/16", "192.168.0.0/16", "100.64.0.0/16", "fd00::/8"])
def test_addresses_of_any_private_network_may_be_a_client_s(client: str) -> None:
    assert read_settings({"name": "orders", "database.clients": client}).database.clients == (
        client,
    )
