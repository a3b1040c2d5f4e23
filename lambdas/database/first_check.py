"""The custom resource that looks at an existing database before anything is done to it."""

from collections.abc import Mapping

from database.check import DatabaseCheck, Probe
from database.credential import Credential
from database.target import Target
from rotation.deadline import Deadline
from rotation.errors import BadSecretError
from rotation.rotating_secret import RotatingSecret
from rotation.secret_object import SecretObject
from rotation.secret_text import SecretText

WHOSE = "the secret in existing.admin_secret_arn"

PLACE = ("Engine", "Host", "Port", "Dbname")
"""Properties that say where the database is. An admin's secret of RDS holds none of them."""

ALTERNATING = "Alternating"


class FirstCheck:
    """Succeeds if the admin's secret opens the database, and else says what is wrong.

    Besides `SecretArn`, which is the admin's, it has the properties `Engine`, `Host`, `Port` and
    `Dbname`; and `Alternating`, which is "false" where only single users rotate.
    """

    name = "check"
    seconds = 40.0

    def __init__(self, target: type[Target], probe: Probe) -> None:
        """Composes it.

        Args:
            target: The database product.
            probe: Of the same.
        """
        self._target = target
        self._check = DatabaseCheck(probe)

    def ensure(
        self,
        secret: RotatingSecret,
        *,
        owner: str,
        deadline: Deadline,
        properties: Mapping[str, object],
        before: Mapping[str, object],
    ) -> str:
        """Looks. Any number of times.

        Args:
            secret: The admin's secret.
            owner: For which request it is done.
            deadline: By when it has to be done.
            properties: See the class.
            before: Those before an Update.

        Returns:
            The admin's name.

        Raises:
            RotationError: What is wrong. Nothing was changed.
        """
        del owner, before

        def read() -> Credential:
            return admin_at(self._target, secret.current().text, properties)

        alternating = str(properties.get(ALTERNATING, "true")).lower() != "false"
        return self._check.run(read, alternating=alternating, deadline=deadline).username

    def remove(self, secret: RotatingSecret, *, deadline: Deadline) -> None:
        """Nothing: there is nothing of it."""


def admin_at(target: type[Target], text: SecretText, place: Mapping[str, object]) -> Credential:
    """An admin's credential in the place that the settings name.

    Args:
        target: The database product.
        text: The admin's secret.
        place: See `PLACE`; what is left out is the secret's. The database is the settings', as an
            admin's secret often names another one.

    Raises:
        BadSecretError: The secret can't be used, or is for another server.
    """
    given = {name.lower(): value for name in PLACE if (value := place.get(name))}
    try:
        document = SecretObject.parse(text)
    except ValueError:
        return target.credential(text, WHOSE)
    for name in ("host", "port"):
        own, settings = document.fields.get(name), given.get(name)
        if own and settings and str(own).lower() != str(settings).lower():
            raise BadSecretError(
                f"The secret in existing.admin_secret_arn is for the {name} {own}, and"
                f" existing.{name} is {settings}",
                remedy="Correct existing.host, existing.port or the secret: all name one server",
            )
    # The kind of value is looked at where it is read.
    return target.credential(document.replaced({n: str(v) for n, v in given.items()}), WHOSE)
