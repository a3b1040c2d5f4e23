"""Issuers that are not IAM: vendors whose tokens have names, or that do not list them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from iam_access_key.identity import Identity
from iam_access_key.settings import Settings
from iam_access_key.user import IamUser, UserKeys
from rotation.deadline import Deadline
from rotation.rotating_secret import RotatingSecret
from rotation.secret_text import SecretText
from tests.iam_access_key.iam import Iam
from tokens.issuer import Token


class Listing(IamUser):
    """Tokens have names, any number is allowed beside those of others, and none is suspended."""

    kind = "api-token"
    noun = "API token"
    exclusive = False
    suspends = False

    def __init__(self, iam: Iam, settings: Settings, *, identity: Identity) -> None:
        super().__init__(cast("Any", iam), settings, identity=identity)
        iam.most = None

    def account(self, secret: RotatingSecret, deadline: Deadline) -> UserKeys:
        del secret
        return Tokens(self._client, self._settings.user_name, deadline)


class Blind(Listing):
    """The same, and it does not tell which tokens there are."""

    lists = False

    def account(self, secret: RotatingSecret, deadline: Deadline) -> UserKeys:
        del secret
        return UnlistedTokens(self._client, self._settings.user_name, deadline)


class Tokens(UserKeys):
    """Tokens with names; those that we did not name are left out."""

    def tokens(self) -> Mapping[str, Token]:
        listed = self._call("list_access_keys")["AccessKeyMetadata"]
        return {
            each["AccessKeyId"]: Token(each["AccessKeyId"], each["CreateDate"], name=each["Name"])
            for each in listed
            if each["Name"]
        }

    def issue(self, like: SecretText, *, name: str) -> SecretText:
        self._client = cast("Any", Naming(self._client, name))
        return super().issue(like, name=name)

    def last_used(self, token_id: str) -> datetime | None:
        del token_id
        return None

    def suspend(self, token_id: str) -> None:
        raise AssertionError(f"{token_id} can't be suspended")


class UnlistedTokens(Tokens):
    """Tokens of which each is needed to revoke it, as for OAuth clients (RFC 7592)."""

    def tokens(self) -> Mapping[str, Token]:
        raise AssertionError("they can't be listed")

    def revoke(self, token_id: str, content: SecretText | None) -> None:
        assert content is not None
        assert token_id in content.reveal()
        super().revoke(token_id, content)


class Naming:
    """A client that names what it makes."""

    def __init__(self, client: object, name: str) -> None:
        self._client = client
        self._name = name

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self._client, operation)
        if operation != "create_access_key":
            return call
        return lambda **arguments: call(Name=self._name, **arguments)
