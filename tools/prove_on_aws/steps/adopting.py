"""What an adoption meets: a function that is gone, and a rotation that has not finished."""

from tools.prove_on_aws.secret import LOGIN, Secret
from tools.prove_on_aws.step import Proof, Step
from tools.prove_on_aws.steps.rotating import rotate

_MINUTES = 15


def _adopt(proof: Proof) -> None:
    """Both are refused, so that the secret stays as it is; then its rotation goes on."""
    secret = Secret(proof.trial, LOGIN)
    secret.wait_for_rest(proof)
    before = secret.describe()
    function = before["RotationLambdaARN"]
    code = secret.hand_over(f"{function}-gone")
    same = secret.describe()["RotationLambdaARN"] == function
    proof.settle(
        "adopted-gone-function",
        held=code == "ResourceNotFoundException" and same,
        evidence=f"RotateSecret answered {code or 'nothing'}; the function "
        f"{'stayed' if same else 'changed'}",
    )
    proof.wait(
        f"The start of a rotation of {secret.name}",
        lambda: (secret.start_rotation(), "another rotation is under way"),
        minutes=_MINUTES,
    )
    code = secret.hand_over(function)
    evidence = f"RotateSecret in the middle of a rotation answered {code or 'nothing'}"
    proof.settle("adopted-pending", held=code == "InvalidRequestException", evidence=evidence)
    secret.wait_for_rest(proof)
    rotate(proof, LOGIN)


ADOPT = Step(
    name="adopt",
    title="tries to hand a secret over to a function that is gone, and during a rotation",
    settles=("adopted-gone-function", "adopted-pending"),
    minutes=(1, 2 * _MINUTES),
    needs=("deploy",),
    run=_adopt,
)
