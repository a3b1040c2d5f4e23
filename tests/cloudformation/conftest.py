from collections.abc import Iterator

import pytest

from tests.cloudformation.answers import Answers


@pytest.fixture
def answers() -> Iterator[Answers]:
    with Answers() as answers:
        yield answers
