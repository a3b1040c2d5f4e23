import pytest

from stacks.settings.names import resource_name


@pytest.mark.parametrize("name", ["", "-a", "a-", "a--b", "A", "1a", "a_b", "a.b", "ä"])
def test_names_that_rds_would_refuse_for_an_instance_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not made of"):
        resource_name(name)
