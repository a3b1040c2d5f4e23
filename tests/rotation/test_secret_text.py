from rotation.secret_text import SecretText


def test_it_shows_only_when_it_is_revealed() -> None:
    text = SecretText("hunter2")
    shown = f"{text} {text!r} {[text]} {text:}" + "%s" % text  # noqa: UP031  # one more way
    assert "hunter2" not in shown
    assert text.reveal() == "hunter2"


def test_it_compares_by_content() -> None:
    assert SecretText("a") == SecretText("a") != SecretText("b")
