"""The product's app with one more kind of credential: `python -m tests.toy.app`."""

import os
import runpy

from stacks.kinds import KINDS
from tests.toy.kind import ToyKind

KINDS.append(ToyKind(os.environ["GATE"]))
runpy.run_module("app")
