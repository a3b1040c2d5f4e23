"""A rotation handler that is measured."""

import io
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.rotation.engines import Engine
from credential_rotation import packages
from credential_rotation.bundle import Bundle
from credential_rotation.errors import BundleError
from credential_rotation.functions import METRICS_NAMESPACE
from local.errors import LocalError

_BYTECODE = ("*.pyc", "__pycache__")


@dataclass(frozen=True)
class Candidate:
    """A zip and what Lambda has to know to run it.

    Attributes:
        name: How the table calls it.
        handler: As Lambda's configuration names it: `module.function`.
        code: The zip.
        environment: The variables that it is configured with.
    """

    name: str
    handler: str
    code: bytes = field(repr=False)
    environment: Mapping[str, str]


def ours(engine: Engine, strategy: str) -> Candidate:
    """The function that the stack deploys, from the very folder that `cdk deploy` zips.

    Args:
        engine: For which database product.
        strategy: How it rotates.

    Raises:
        BundleError: It could not be built.
    """
    environment = {
        "PASSWORD_LENGTH": "40",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "POWERTOOLS_SERVICE_NAME": "bench-rotation",
    }
    code = Bundle(engine.package).build().read_bytes()
    return Candidate("ours", engine.handlers[strategy], code, environment)


def other(folder: Path, handler: str) -> Candidate:
    """A handler in a folder that holds everything which its zip would.

    It gets bytecode, as ours has it: else it would pay for its packaging at every start.

    Raises:
        LocalError: The folder does not hold the handler's module.
    """
    module = folder.joinpath(*handler.split(".")[:-1])
    if not module.with_suffix(".py").is_file():
        raise LocalError(
            f"there is no handler {handler} in {folder}",
            why=f"{module.with_suffix('.py')} does not exist",
            remedy="Let OTHER name the unpacked zip, with all that the handler imports, and"
            " HANDLER what Lambda's configuration says",
        )
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "content"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(*_BYTECODE))
        with suppress(BundleError):  # what does not compile is told when it is imported
            packages.compile_folder(copy)
        return Candidate("other", handler, _zipped(copy), {})


def empty() -> Candidate:
    """A handler that does nothing: what it takes to start is the runtime's own."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("nothing.py", "def handler(event, context):\n    pass\n")
    return Candidate("empty", "nothing.handler", code.getvalue(), {})


def _zipped(folder: Path) -> bytes:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w", zipfile.ZIP_DEFLATED) as package:
        for file in sorted(folder.rglob("*")):
            package.write(file, file.relative_to(folder))
    return code.getvalue()
