"""Every change of moto that the services need, in one call: the server makes it, and so do checks.

Functions, people and the judging of calls have their own: `local.functions`, `local.identity`,
`local.policies`.
"""

from local import trail as trails
from local.aws import (
    alarms,
    dispatch,
    failures,
    keys,
    networks,
    rds,
    s3,
    secrets_manager,
    trail,
)
from local.aws.cloudformation import (
    change_sets,
    clusters,
    completions,
    custom_resources,
    dynamic_references,
    names,
    security_groups,
    ssm_parameters,
    stack_outputs,
    types,
)
from local.aws.cloudformation.custom_resources import Answers, Call
from local.aws.instance_servers import InstanceServers
from local.aws.rotations import Rotations
from local.aws.secrets_manager import MayInvoke
from local.policies import Evaluator


def install(
    *,
    rotations: Rotations,
    may_invoke: MayInvoke,
    answers: Answers,
    call: Call,
    instances: InstanceServers,
    evaluator: Evaluator,
) -> None:
    """Change moto for good.

    Args:
        rotations: Runs the rotations.
        may_invoke: Whether Secrets Manager may invoke a function for a secret.
        answers: Where custom resources put their answers.
        call: Calls the function of a custom resource.
        instances: The servers behind the databases of RDS.
        evaluator: Decides what CloudTrail may do with a bucket and a key.
    """
    secrets_manager.install(rotations=rotations, may_invoke=may_invoke)
    custom_resources.install(answers=answers, call=call)
    alarms.install()
    trail.install(rotations.journal)
    trails.install(evaluator)
    s3.install()
    failures.install()
    keys.install()
    dispatch.install()
    networks.install()
    change_sets.install()
    completions.install()
    dynamic_references.install()
    names.install()
    security_groups.install()
    ssm_parameters.install()
    stack_outputs.install()
    types.install()
    clusters.install(instances)
    rds.back_instances_by(instances)
    rds.update_instances_on(instances)
    rds.name_parameter_groups()
