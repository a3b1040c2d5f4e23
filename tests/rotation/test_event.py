import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.errors import BadEventError
from rotation.event import RotationEvent, Step

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_what_secrets_manager_sends_is_read() -> None:
    event = {"SecretId": "arn", "ClientRequestToken": "token", "Step": "setSecret", "More": 1}
    assert RotationEvent.parse(event) == RotationEvent("arn", "token", Step.SET)


@given(json)
def test_anything_else_is_refused(event: object) -> None:
    with pytest.raises(BadEventError):
        RotationEvent.parse(event)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "SecretId": st.just("arn") | json,
            "ClientRequestToken": st.just("token") | json,
            "Step": st.sampled_from([*Step, "deleteSecret", ""]) | json,
        },
    )
)
def test_a_field_of_another_kind_is_refused(event: dict[str, object]) -> None:
    try:
        parsed = RotationEvent.parse(event)
    except BadEventError as error:
        assert "no rotation step" in error.cause  # noqa: PT017  # either outcome is right
    else:
        assert [parsed.secret, parsed.token, parsed.step] == [
            event["SecretId"],
            event["ClientRequestToken"],
            event["Step"],
        ]
