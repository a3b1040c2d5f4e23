"""What the deployment looks at before it takes a secret over, on every product."""

from collections.abc import Mapping
from typing import Any, cast

from database.adoption_check import AdoptionCheck
from database.strategy import UserStrategy
from fakes.world import World
from rotation.deadline import Deadline
from rotation.rotating_secret import RotatingSecret

ROLES = "arn:aws:iam::123456789012:role/orders/production/main/*"


def check(world: World, *strategies: UserStrategy[Any], **changes: object) -> str:
    """Looks at the application's secret.

    Args:
        world: Whose.
        strategies: Those of the product.
        changes: Properties that are others than for alternating users.

    Returns:
        The name of the user whose password is in use.
    """
    properties: Mapping[str, object] = {
        "Strategy": "alternating",
        "Username": world.user,
        "Host": world.product.server.host,
        "Port": str(world.product.server.port),  # CloudFormation hands numbers over as texts
        "AdminArn": world.admin_arn,
        "Roles": ROLES,
        **changes,
    }
    deadline = Deadline(30)
    secret = RotatingSecret(cast("Any", world.secrets), world.arn, deadline)
    return AdoptionCheck(world.product.target, {each.name: each for each in strategies}).ensure(
        secret, owner="it", deadline=deadline, properties=properties, before={}
    )
