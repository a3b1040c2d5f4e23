"""The steps of the proof, in their order."""

from collections.abc import Sequence

from tools.prove_on_aws.step import Step
from tools.prove_on_aws.steps import (
    adopting,
    alarms,
    consuming,
    deploying,
    evidence,
    looking,
    rotating,
)

STEPS: Sequence[Step] = (
    looking.BOOTSTRAP,
    looking.PARAMETERS,
    evidence.EVIDENCE,
    deploying.DEPLOY,
    looking.SCHEDULE_TEST,
    alarms.QUIET,
    consuming.CONSUME,
    consuming.ADMINISTRATOR,
    rotating.ALTERNATING,
    adopting.ADOPT,
    rotating.ADMIN,
    rotating.CERTIFICATE,
    deploying.CHANGE,
    alarms.WATCH,
    rotating.SINGLE,
    rotating.ADMIN_AFTER_CHANGE,
    alarms.RING,
    deploying.REFUSE,
    looking.TRAIL,
    deploying.DESTROY,
)
