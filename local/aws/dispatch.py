"""Which of moto's services answers a request."""

from moto import backends

from local.moto_patch import replace


def install() -> None:
    """List moto's services once; moto looks into its folder of hundreds at every request."""
    services = frozenset(backends.list_of_moto_modules())
    replace(backends, "list_of_moto_modules", lambda: services)
