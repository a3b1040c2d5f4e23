"""RDS.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
"""

from collections.abc import Callable

from local.policies.call import Call
from local.policies.request import Access


def _on(kind: str, parameter: str) -> Callable[[Call], list[Access]]:
    """Name what a call is about; a list of all if it names nothing."""

    def accesses(call: Call) -> list[Access]:
        name = call.parameters.get(parameter, "*")
        return [
            Access(
                action=call.name,
                resource=f"arn:aws:rds:{call.region}:{call.account}:{kind}:{name}",
            )
        ]

    return accesses


_group = _on("pg", "DBParameterGroupName")
_cluster_group = _on("cluster-pg", "DBClusterParameterGroupName")

OPERATIONS = {
    "CreateDBClusterParameterGroup": _cluster_group,
    "CreateDBParameterGroup": _group,
    "DeleteDBClusterParameterGroup": _cluster_group,
    "DeleteDBParameterGroup": _group,
    "DescribeDBClusterParameterGroups": _cluster_group,
    "DescribeDBInstances": _on("db", "DBInstanceIdentifier"),
    "DescribeDBParameterGroups": _group,
    "DescribeDBSnapshots": _on("snapshot", "DBSnapshotIdentifier"),
    "ModifyDBClusterParameterGroup": _cluster_group,
    "ModifyDBParameterGroup": _group,
}
