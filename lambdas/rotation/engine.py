"""The four steps, for any strategy."""

from rotation.errors import BadSecretError, NotPendingError, UnequalTwinsError, located
from rotation.event import Step
from rotation.rotation import Rotation
from rotation.secret_text import SecretText
from rotation.strategy import Strategy
from rotation.versions import Version, Versions


class Engine:
    """Takes a secret from AWSCURRENT to a new version, step by step.

    AWSPENDING is the write-ahead record: nothing is applied to the target that is not stored
    first. Where the target itself makes the credential, what is not stored is taken back. Only what
    is proven at the target becomes AWSCURRENT. Every step may run any number of times. Besides
    those of the strategy it takes three Secrets Manager calls to create, one to set, one to test
    and four to finish.
    """

    def __init__(self, strategy: Strategy) -> None:
        """Composes the engine.

        Args:
            strategy: The kind of credential.
        """
        self._strategy = strategy
        self._steps = {
            Step.CREATE: self._create,
            Step.SET: self._set,
            Step.TEST: self._test,
            Step.FINISH: self._finish,
        }

    def run(self, step: Step, rotation: Rotation) -> None:
        """Runs one step.

        Args:
            step: Which.
            rotation: Of what.

        Raises:
            RotationError: The step did not succeed.
        """
        with located(secret=rotation.secret.arn, step=step):
            try:
                self._steps[step](rotation)
            except NotPendingError:
                if not rotation.is_over():
                    raise

    def _create(self, rotation: Rotation) -> None:
        """Stores a new version under AWSPENDING; one that exists already stays as it is."""
        versions = rotation.secret.versions()
        if versions.current == rotation.token:
            if versions.pending == rotation.token:  # an earlier run did not get that far
                rotation.secret.let_pending_go(rotation.token)
            return
        if not versions.rotated:
            raise BadSecretError(
                "Rotation is not enabled for the secret",
                remedy="It was cancelled, or never on: give the secret a rotation schedule",
            )
        if versions.pending != rotation.token:
            raise NotPendingError(
                f"Version {rotation.token} does not carry AWSPENDING",
                remedy="It was given up or replaced: rotate the secret anew if it is due",
            )
        current = rotation.secret.current()
        text = self._abandoned(rotation, versions, current)
        if text is not None:
            rotation.secret.store_pending(rotation.token, text)
        else:
            self._store(rotation, self._strategy.create(rotation, current.text))

    def _store(self, rotation: Rotation, text: SecretText) -> None:
        """Stores what the strategy made, or lets it take that back."""
        try:
            stored = rotation.secret.store_pending(rotation.token, text)
        except Exception:
            self._strategy.discard(rotation, text)
            raise
        if not stored:
            self._strategy.discard(rotation, text)

    def _abandoned(
        self, rotation: Rotation, versions: Versions, current: Version
    ) -> SecretText | None:
        """Content of an earlier rotation away from the same version that someone gave up.

        It may be applied to the target, where AWSCURRENT then is not accepted any more. The new
        version takes it over, so that both are one attempt; a writer of the earlier one that is
        still on its way can only write the same.

        An older version that was AWSCURRENT itself once is not brought back.
        """
        if versions.attempted in {None, rotation.token, versions.current, versions.previous}:
            return None
        attempt = rotation.secret.attempted()
        if attempt is None or attempt.created < current.created:
            return None
        if not self._strategy.takes_over(rotation, current.text, attempt.text):
            return None
        return attempt.text

    def _set(self, rotation: Rotation) -> None:
        """Makes the target accept it."""
        current = rotation.secret.current()
        if current.id != rotation.token:
            self._strategy.set(rotation, current.text)

    def _test(self, rotation: Rotation) -> None:
        """Proves it."""
        pending = rotation.pending()
        try:
            self._strategy.test(pending, rotation.deadline)
        except UnequalTwinsError:
            # Before it rotates a secret of somebody else's for the first time, Secrets Manager
            # tries the function with a copy of AWSCURRENT. Nobody has made these twins equal yet.
            if rotation.secret.current().text != pending:
                raise

    def _finish(self, rotation: Rotation) -> None:
        """Proves it again, as the last thing before the label moves."""
        current = rotation.secret.current()
        if current.id == rotation.token:
            return
        pending = rotation.pending()
        self._strategy.check(current.text, pending)
        self._strategy.test(pending, rotation.deadline)
        rotation.secret.make_current(rotation.token, instead_of=current.id)
