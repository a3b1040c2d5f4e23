"""Which of moto's services answers a request; it fails without our patch."""

from moto import backends

from local.aws import dispatch


def test_the_services_are_listed_without_a_look_into_the_folder(monkeypatch):
    monkeypatch.setattr(backends, "list_of_moto_modules", backends.list_of_moto_modules)
    dispatch.install()
    monkeypatch.setattr("os.listdir", lambda _: [])
    assert {"s3", "cloudformation"} <= set(backends.list_of_moto_modules())
