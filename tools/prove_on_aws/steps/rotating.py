"""Rotating, while the consumer logs in all the time."""

from tools.prove_on_aws.secret import ADMIN_SECRET, CERTIFICATE_SECRET, CURRENT, LOGIN, Secret
from tools.prove_on_aws.step import Proof, Step
from tools.prove_on_aws.steps.consuming import log_in

_MINUTES = 15


def rotate(proof: Proof, output: str) -> None:
    """Rotate a secret and wait until the new version is AWSCURRENT; the consumer logs in meanwhile.

    Args:
        proof: What is proven.
        output: The stack's output with the secret's name.

    Raises:
        ProofError: The rotation did not end, or the consumer was refused.
    """
    secret = Secret(proof.trial, output)
    before = secret.holder(CURRENT)
    token = proof.wait(
        f"The start of a rotation of {secret.name}",
        lambda: (secret.start_rotation(), "another rotation is under way"),
        minutes=_MINUTES,
    )
    logins = proof.trial.memory.logins

    def look() -> tuple[str | None, str]:
        log_in(proof.trial)
        current = secret.holder(CURRENT)
        done = current == token and secret.rests()
        return (token if done else None), f"AWSCURRENT is {current}"

    proof.wait(f"The end of the rotation of {secret.name}", look, minutes=_MINUTES)
    count = proof.trial.memory.logins - logins
    proof.note(f"{secret.name}: {before} → {token}, {count} logins meanwhile, none failed")


def _alternating(proof: Proof) -> None:
    """Twice: afterwards what the consumer held at first is refused, and it has to read again."""
    rotate(proof, LOGIN)
    rotate(proof, LOGIN)
    payload = log_in(proof.trial)
    proof.note(f"{payload['user']} logs in with version {payload['version_id']}")
    proof.settle("rotator-condition", held=True, evidence="two rotations ran through their steps")


def _admin_after_change(proof: Proof) -> None:
    """The rotation begins with a login by AWSCURRENT: that is the proof."""
    held = False
    try:
        rotate(proof, ADMIN_SECRET)
        held = True
    finally:
        proof.settle(
            "old-master-password",
            held=held,
            evidence="after an update of the instance the admin's password "
            f"{'was accepted' if held else 'could not be rotated'}",
        )


def _certificate(proof: Proof) -> None:
    """The first one was made by the deployment; here the function that renews it makes another."""
    rotate(proof, CERTIFICATE_SECRET)
    proof.settle(
        "certificate-keys",
        held=True,
        evidence="the deployment has made a certificate with an RSA key, and a rotation another",
    )


ALTERNATING = Step(
    name="alternating",
    title="rotates the application's secret twice with alternating users",
    settles=("rotator-condition",),
    minutes=(1, 2 * _MINUTES),
    needs=("deploy",),
    run=_alternating,
)
ADMIN = Step(
    name="admin",
    title="rotates the admin's secret",
    settles=(),
    minutes=(0.5, _MINUTES),
    needs=("deploy",),
    run=lambda proof: rotate(proof, ADMIN_SECRET),
)
CERTIFICATE = Step(
    name="certificate",
    title="renews a certificate",
    settles=("certificate-keys",),
    minutes=(0.5, _MINUTES),
    needs=("deploy",),
    run=_certificate,
)
SINGLE = Step(
    name="single",
    title="rotates the application's secret with a single user",
    settles=(),
    minutes=(0.5, _MINUTES),
    needs=("change",),
    run=lambda proof: rotate(proof, LOGIN),
)
ADMIN_AFTER_CHANGE = Step(
    name="admin-after-change",
    title="rotates the admin's secret again, after an update of the instance",
    settles=("old-master-password",),
    minutes=(0.5, _MINUTES),
    needs=("admin", "change"),
    run=_admin_after_change,
)
