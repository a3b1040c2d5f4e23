"""Accounts and regions that settings name: what is regional has to be where the deployment is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from stacks.settings.model import Settings


class Place(NamedTuple):
    """Where something is that a setting names.

    Attributes:
        setting: The setting's name on the command line.
        region: Its region; empty for what has none.
        account: Its account; empty where another one will do too.
    """

    setting: str
    region: str
    account: str


def places(settings: "Settings") -> Iterator[Place]:
    """List what the settings name by ARNs, and zones."""
    yield from _arn("secrets_key_arn", settings.secrets_key_arn)
    # A rule of EventBridge reaches a topic of another account by a role alone.
    yield from _arn("alarm_topic_arn", settings.alarm_topic_arn)
    for zone in settings.network.zones[:1]:
        yield Place("network.zones", zone[:-1], "")
    for arn in settings.access_key.readers:
        yield from _arn("access_key.readers", arn)
    for name, token in settings.api_tokens.items():
        here = f"api_tokens.{name}"
        management, key = token.management_secret_arn, token.management_secret_key_arn
        yield from _secret(f"{here}.management_secret", management, key)
        for arn in token.readers:
            yield from _arn(f"{here}.readers", arn)
    yield from _of_certificates(settings)
    for arn in settings.trail.readers:
        yield from _arn("trail.readers", arn)
    for name, database in settings.databases.items():
        at = f"databases.{name}"
        if database.existing:
            key = database.existing.admin_secret_key_arn
            yield from _secret(
                f"{at}.existing.admin_secret", database.existing.admin_secret_arn, key
            )
        for login, given in database.logins.items():
            here = f"{at}.logins.{login}"
            yield from _secret(
                f"{here}.present_secret", given.present_secret_arn, given.present_secret_key_arn
            )
            yield from _secret(
                f"{here}.adopt_secret", given.adopt_secret_arn, given.adopt_secret_key_arn
            )
            yield from _arn(f"{here}.adopt_function_arn", given.adopt_function_arn)
            for arn in given.readers:
                yield from _arn(f"{here}.readers", arn)


def foreign_secrets(settings: "Settings") -> Iterator[tuple[str, str]]:
    """List the secrets of others that settings name for functions of ours, each with its key."""
    for database in settings.databases.values():
        if existing := database.existing:
            yield existing.admin_secret_arn, existing.admin_secret_key_arn
        for login in database.logins.values():
            if login.present_secret_arn:
                yield login.present_secret_arn, login.present_secret_key_arn
            if login.adopt_secret_arn:
                yield login.adopt_secret_arn, login.adopt_secret_key_arn
    for token in settings.api_tokens.values():
        if token.management_secret_arn:
            yield token.management_secret_arn, token.management_secret_key_arn


def _of_certificates(settings: "Settings") -> Iterator[Place]:
    for name, authority in settings.certificate_authority.authorities.items():
        yield from _arn(f"certificate_authority.authorities.{name}.key_arn", authority.key_arn)
    for name, certificate in settings.certificates.items():
        for arn in certificate.readers:
            yield from _arn(f"certificates.{name}.readers", arn)


def _secret(setting: str, arn: str, key_arn: str) -> Iterator[Place]:
    """A secret may be another account's, if it is under a key that can be shared.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
    """
    yield from _arn(f"{setting}_arn", arn, any_account=bool(key_arn))
    yield from _arn(f"{setting}_key_arn", key_arn, any_account=True)


def _arn(setting: str, arn: str, *, any_account: bool = False) -> Iterator[Place]:
    if arn:
        _, _, _, region, account, _ = arn.split(":", 5)
        yield Place(setting, region, "" if any_account else account)


def in_one_region(settings: "Settings") -> None:
    """Refuse settings of which not all can be in the region of the deployment.

    Raises:
        ValueError: Names two that are apart.
    """
    regional = [each for each in places(settings) if each.region]
    for each in regional[1:]:
        if each.region != regional[0].region:
            raise ValueError(
                f"{each.setting} is in {each.region}, and {regional[0].setting} in "
                f"{regional[0].region}: both have to be where the deployment is"
            )
