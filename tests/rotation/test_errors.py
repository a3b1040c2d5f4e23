import inspect
import re

import rotation.errors as module
from rotation.errors import BadSecretError, RotationError, SecretsManagerError


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = set(re.findall(r"\w+Error", module.__doc__ or ""))
    classes = [c for _, c in inspect.getmembers(module, inspect.isclass)]
    real = {c.__name__ for c in classes if issubclass(c, RotationError)}
    assert drawn == real


def test_an_error_tells_what_to_do() -> None:
    error = BadSecretError("The port is a word", remedy="Put a number")
    assert str(error) == "The port is a word. Put a number. A retry does not help."
    error.at(secret="arn", step="setSecret")
    assert str(error).startswith("setSecret of arn failed: The port is a word. Put a number.")
    retried = SecretsManagerError("Slow", code="x", remedy="Wait", retry_helps=True)
    assert str(retried).endswith("A retry can help.")
