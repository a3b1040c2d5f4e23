"""Opens a bench: the functions trust its servers and print to it for as long as it is open."""

import contextlib
import io
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import trustme

from rotation import observability
from tests.faults.bench import Bench
from tests.faults.subject import Subject


@contextmanager
def open_bench(subject: Subject, *, workers: int = 4) -> Iterator[Bench]:
    """Opens a bench, and lets the functions trust its servers and print to it meanwhile.

    Args:
        subject: A running server.
        workers: How many faults are tried at the same time; most of the time they wait.
    """
    authority, output = trustme.CA(), io.StringIO()
    known = (subject.server.ca.read_bytes(), authority.cert_pem.bytes())
    with (
        tempfile.TemporaryDirectory() as folder,
        _trusted(Path(folder, "authorities.pem"), *known),
        _printing_to(output),
    ):
        yield Bench(subject, output, authority, workers)


@contextmanager
def _trusted(bundle: Path, *authorities: bytes) -> Iterator[None]:
    before = os.environ.get("RDS_CA_BUNDLE")
    bundle.write_bytes(b"".join(authorities))
    os.environ["RDS_CA_BUNDLE"] = str(bundle)
    yield
    del os.environ["RDS_CA_BUNDLE"]
    if before is not None:
        os.environ["RDS_CA_BUNDLE"] = before


@contextmanager
def _printing_to(output: io.StringIO) -> Iterator[None]:
    """Log entries go to the logger's stream, metrics to standard output."""
    [handler] = observability.logger.handlers
    if not isinstance(handler, logging.StreamHandler):
        raise TypeError("the functions' log goes elsewhere")
    before = handler.setStream(output)
    with contextlib.redirect_stdout(output), _one_at_a_time(observability, "_count"):
        yield
    handler.setStream(before)


@contextmanager
def _one_at_a_time(module: ModuleType, name: str) -> Iterator[None]:
    """Functions share this process here, and Powertools keeps metrics for all of it."""
    lock, original = threading.Lock(), getattr(module, name)

    def locked(*arguments: object) -> None:
        with lock:
            original(*arguments)

    setattr(module, name, locked)
    yield
    setattr(module, name, original)
