"""Deployment packages of a few lines."""

import io
import textwrap
import zipfile


def zipped(code: str) -> bytes:
    """A zip whose module `app` has that code."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as file:
        file.writestr(zipfile.ZipInfo("app.py"), textwrap.dedent(code))  # always of the same date
    return package.getvalue()
