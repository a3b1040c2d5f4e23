from collections.abc import Iterator

import pytest

from local.oauth_server import OAuthServer


@pytest.fixture(scope="session")
def oauth_server() -> Iterator[OAuthServer]:
    """One for all tests; each registers clients of its own."""
    with OAuthServer() as server:
        yield server
