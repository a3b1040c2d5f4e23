from tests.stacks.conftest import Synthesize
from tests.stacks.template import Template, text

WAYS_OUT = {
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::VPCPeeringConnection",
}


def test_there_is_no_way_to_the_internet(template: Template) -> None:
    assert not WAYS_OUT & {resource["Type"] for resource in template.resources.values()}


def test_the_subnets_are_in_two_zones_that_need_no_look_up(template: Template) -> None:
    subnets = template.of("AWS::EC2::Subnet").values()
    zones = {str(subnet["AvailabilityZone"]) for subnet in subnets}
    assert zones == {str({"Fn::Select": [number, {"Fn::GetAZs": ""}]}) for number in (0, 1)}
    assert {subnet["MapPublicIpOnLaunch"] for subnet in subnets} == {False}


def test_the_zones_of_the_settings_take_their_place(synthesize: Synthesize) -> None:
    template = Template(synthesize(network__zones="eu-west-1a,eu-west-1c").template)
    zones = [subnet["AvailabilityZone"] for subnet in template.of("AWS::EC2::Subnet").values()]
    assert zones == ["eu-west-1a", "eu-west-1c"]
    [text] = [
        str(endpoint["SubnetIds"])
        for endpoint in template.of("AWS::EC2::VPCEndpoint").values()
        if "SubnetIds" in endpoint
    ]
    assert all(name in text for name in template.of("AWS::EC2::Subnet"))


def test_no_security_group_is_left_to_the_default_of_ec2(template: Template) -> None:
    for name, group in template.of("AWS::EC2::SecurityGroup").items():
        assert group["SecurityGroupEgress"], f"EC2 opens {name} to everywhere"
        assert "SecurityGroupIngress" not in group


def test_connections_come_from_named_groups_to_one_port(template: Template) -> None:
    rules = template.of("AWS::EC2::SecurityGroupIngress").values()
    assert len(rules) == 3
    for rule in rules:
        assert rule["SourceSecurityGroupId"]
        assert rule["FromPort"] == rule["ToPort"]
        assert rule["IpProtocol"] == "tcp"
        assert rule["FromPort"] in {443, 6432}


def test_each_way_is_open_at_both_ends(template: Template) -> None:
    incoming = {
        (text(rule["SourceSecurityGroupId"]), text(rule["GroupId"]), rule["FromPort"])
        for rule in template.of("AWS::EC2::SecurityGroupIngress").values()
    }
    outgoing = {
        (f"<{name}.GroupId>", text(rule["DestinationSecurityGroupId"]), rule["FromPort"])
        for name, group in template.of("AWS::EC2::SecurityGroup").items()
        for rule in group["SecurityGroupEgress"]
        if "DestinationSecurityGroupId" in rule
    }
    assert incoming == outgoing


def test_no_group_may_be_left_for_anywhere(template: Template) -> None:
    anywhere = [
        name
        for name, group in template.of("AWS::EC2::SecurityGroup").items()
        for rule in group["SecurityGroupEgress"]
        if rule.get("CidrIp") == "0.0.0.0/0"
    ]
    assert not anywhere


def test_the_database_and_the_endpoint_open_no_connection_themselves(template: Template) -> None:
    for beginning in ("MainServer", "PlatformNetworkSecretsEndpoint"):
        [rule] = template.the("AWS::EC2::SecurityGroup", beginning)["SecurityGroupEgress"]
        assert rule["CidrIp"] == "127.0.0.1/32"


def test_through_the_endpoint_named_roles_reach_named_secrets(template: Template) -> None:
    statements = template.statements("AWS::EC2::VPCEndpoint", "PlatformNetworkSecretsEndpoint")
    watch = template.name("AWS::IAM::Role", "PlatformWatch")
    secrets = "arn:Partition:secretsmanager:Region:AccountId:secret:orders/production/*"
    ours = "arn:Partition:iam::AccountId:role/orders/production/*"
    found = {
        text(s.condition["ArnLike"]["aws:PrincipalArn"]): (len(s.actions), s.resources)
        for s in statements
        if s.condition.keys() == {"ArnLike"}
    }
    # Listing has no resources, and only the watch does it.
    assert found == {ours: (4, [secrets]), f"<{watch}.Arn>": (1, ["*"])}
    assert len(statements) == len(found)


def test_the_roles_that_the_endpoint_lets_through_are_below_the_path(template: Template) -> None:
    for name, role in template.of("AWS::IAM::Role").items():
        assert role["Path"].startswith("/orders/production/"), name


def test_the_endpoint_answers_to_the_usual_name_of_secrets_manager(template: Template) -> None:
    endpoint = template.the("AWS::EC2::VPCEndpoint", "PlatformNetworkSecretsEndpoint")
    assert endpoint["PrivateDnsEnabled"] is True
    assert len(endpoint["SubnetIds"]) == 2


def test_there_is_no_way_to_s3(template: Template) -> None:
    [endpoint] = template.of("AWS::EC2::VPCEndpoint").values()
    assert "secretsmanager" in text(endpoint["ServiceName"])


def test_all_connections_are_recorded(template: Template) -> None:
    flow_log = template.the("AWS::EC2::FlowLog")
    assert (flow_log["ResourceType"], flow_log["TrafficType"]) == ("VPC", "ALL")


def test_the_default_security_group_is_closed_by_a_function_that_can_only_do_that(
    template: Template,
) -> None:
    closed = template.the("Custom::ClosedSecurityGroup")
    group = text(closed["SecurityGroupId"])
    assert group.endswith(".DefaultSecurityGroup>")
    own_and_boundary = [
        s.resources
        for s in template.statements("AWS::IAM::ManagedPolicy")
        if s.actions[0].startswith("ec2:Revoke")
    ]
    only = f"arn:Partition:ec2:Region:AccountId:security-group/{group}"
    assert own_and_boundary == [[only], [only]]
