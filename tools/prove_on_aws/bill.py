"""What AWS bills for a run: kinds, units and quantities, from the template that is deployed.

There are no prices here. They depend on the region and the contract, and change; the pages that
have them are named.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """Something that is billed.

    Attributes:
        what: What it is.
        count: How many of it.
        unit: In what it is billed.
        prices: The page with the prices.
    """

    what: str
    count: int
    unit: str
    prices: str


@dataclass(frozen=True)
class _Kind:
    """How a type of resource is billed.

    Attributes:
        what: What it is called, from its properties.
        unit: In what it is billed.
        prices: Under which path of AWS's pages.
        count: How many of it one resource is.
    """

    what: Callable[[Properties], str]
    unit: str
    prices: str
    count: Callable[[Properties], int] = lambda _: 1


_BY_THE_HOUR = "of a month's price, for the hours that it exists"

KINDS: Mapping[str, _Kind] = {
    "AWS::RDS::DBInstance": _Kind(
        lambda p: (
            f"PostgreSQL on {p['DBInstanceClass']}, "
            f"{'two zones' if p.get('MultiAZ') else 'one zone'}, {p['AllocatedStorage']} GiB "
            f"{p['StorageType']}"
        ),
        "instance-hours; storage and backups by the GB-month",
        "rds/postgresql/pricing",
    ),
    "AWS::EC2::VPCEndpoint": _Kind(
        lambda _: "interface endpoint, in one zone",
        "hours; data by the GB",
        "privatelink/pricing",
        lambda p: len(p.get("SubnetIds", [])) if p.get("VpcEndpointType") == "Interface" else 0,
    ),
    "AWS::KMS::Key": _Kind(lambda _: "customer-managed key", _BY_THE_HOUR, "kms/pricing"),
    "AWS::SecretsManager::Secret": _Kind(
        lambda _: "secret", f"{_BY_THE_HOUR}; calls by the 10,000", "secrets-manager/pricing"
    ),
    "AWS::CloudWatch::Alarm": _Kind(
        lambda _: "metric that an alarm watches",
        _BY_THE_HOUR,
        "cloudwatch/pricing",
        lambda p: max(1, sum("MetricStat" in each for each in p.get("Metrics", []))),
    ),
    "AWS::CloudWatch::Dashboard": _Kind(
        lambda _: "dashboard", "dashboard-months", "cloudwatch/pricing"
    ),
    "AWS::Lambda::Function": _Kind(
        lambda _: "function", "requests and GB-seconds", "lambda/pricing"
    ),
    "AWS::Logs::LogGroup": _Kind(
        lambda _: "log group, which flow log, functions and database write to",
        "ingested and kept data by the GB; the functions' metrics as custom metrics",
        "cloudwatch/pricing",
    ),
}


def bill(template: Mapping[str, Any]) -> list[Item]:
    """Tell what a stack bills, most of it first.

    Args:
        template: Of the stack.
    """
    return [
        Item(what, count, KINDS[kind].unit, f"https://aws.amazon.com/{KINDS[kind].prices}/")
        for (kind, what), count in _counted(template).items()
    ]


def _counted(template: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for kind, properties in _billed(template):
        key = kind, KINDS[kind].what(properties)
        count = KINDS[kind].count(properties)
        if count:
            counts[key] = counts.get(key, 0) + count
    order = list(KINDS)
    return dict(sorted(counts.items(), key=lambda each: order.index(each[0][0])))


def _billed(template: Mapping[str, Any]) -> Iterator[tuple[str, Properties]]:
    for resource in template["Resources"].values():
        if resource["Type"] in KINDS:
            yield resource["Type"], resource.get("Properties", {})
