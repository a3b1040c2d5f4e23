import pytest

from credential_rotation.monitoring import overdue_alarm


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("orders/production", "overdue"),
        ("orders/production/main", "main-overdue"),
        ("orders/production/legacy/batch", "legacy-batch-overdue"),
    ],
)
def test_the_alarm_of_a_path_is_called_after_what_is_below_the_platform(
    path: str, name: str
) -> None:
    assert overdue_alarm(path, platform="orders/production") == name
