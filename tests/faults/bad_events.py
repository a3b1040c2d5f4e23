"""Payloads that are no step of a rotation."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from fakes.world import STEPS
from tests.faults.bad_secrets import json_values


def is_step(event: object) -> bool:
    """Whether a payload has what a rotation step has."""
    if not isinstance(event, dict):
        return False
    texts = [event.get(field) for field in ("SecretId", "ClientRequestToken", "Step")]
    return all(isinstance(text, str) and text for text in texts) and texts[2] in STEPS


def bad_events(arn: str, token: str) -> SearchStrategy[Any]:
    """Payloads that are no step of a rotation that is under way.

    Args:
        arn: The secret.
        token: The version that is pending.
    """
    good = {"SecretId": arn, "ClientRequestToken": token, "Step": STEPS[0]}
    other_step = st.sampled_from(
        [
            "deleteSecret",
            "createsecret",
            "CREATESECRET",
            " createSecret",
            "createSecret\n",
            "create",
        ]
    )
    bad_fields = {
        "SecretId": json_values | st.sampled_from([arn[:-1], arn + "x", arn.upper()]),
        "ClientRequestToken": json_values
        | st.uuids().map(str)
        | st.text(min_size=32, max_size=64).filter(lambda text: text != token),
        "Step": json_values | other_step,
    }
    dropped = st.sets(st.sampled_from(sorted(good)), min_size=1).map(
        lambda names: {name: good[name] for name in good if name not in names}
    )
    changed = st.sets(st.sampled_from(sorted(good)), min_size=1).flatmap(
        lambda names: st.fixed_dictionaries(
            {
                **{name: st.just(value) for name, value in good.items()},
                "Step": st.sampled_from(STEPS),
                **{name: bad_fields[name] for name in names},
            }
        )
    )
    return json_values | dropped | changed
