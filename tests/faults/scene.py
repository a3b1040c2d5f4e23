"""Where one bad input after the other is tried."""

from collections.abc import Iterator
from contextlib import contextmanager

from rotation.errors import RotationError
from tests.faults.bench import Bench
from tests.faults.site import Site
from tests.faults.snapshot import Camera


class Scene:
    """A site with a version that is stored and not set yet."""

    def __init__(self, bench: Bench, site: Site, strategy: str, camera: Camera) -> None:
        self.site = site
        self.camera = camera
        self.function = bench.function(site, strategy)
        for _ in range(2):
            bench.rotated(strategy)(site)
        self.token = site.secrets.begin(site.arn)
        self.function.step(self.token, "createSecret")
        self.good = camera.take()

    def put(self, label: str, content: str | bytes | None, arn: str = "") -> None:
        """Changes what is in a version."""
        secret = self.site.secrets.secrets[arn or self.site.arn]
        secret.contents[secret.labels[label]] = content  # type: ignore[assignment]  # binary too

    def must_refuse(self, step: str, *kinds: type[RotationError]) -> None:
        """Runs a step; it has to end in our own error, with nothing changed."""
        event = {"SecretId": self.site.arn, "ClientRequestToken": self.token, "Step": step}
        error = self.must_refuse_event(event, *kinds)
        assert (error.secret, error.step) == (self.site.arn, step)

    def must_refuse_event(self, event: object, *kinds: type[RotationError]) -> RotationError:
        """Invokes the function; it has to end in our own error, with nothing changed."""
        before = self.camera.take()
        error = self.function.invoke(event)
        after = self.camera.take()
        self.camera.put_back(self.good)
        assert isinstance(error, kinds or RotationError), f"It ended in {error!r}"
        assert error.cause
        assert error.remedy
        assert after == before, "Something was changed"
        return error


@contextmanager
def open_scene(bench: Bench, strategy: str) -> Iterator[Scene]:
    with bench.site() as site, bench.subject.catalogs() as catalogs:
        yield Scene(bench, site, strategy, Camera(site, catalogs))
