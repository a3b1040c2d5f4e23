"""Lambda functions run from their deployed zips, as AWS runs them.

`Functions` is what the local AWS holds; everything else serves it.
"""

from local.functions.functions import Functions
from local.functions.invocation import FunctionError, Invocation

__all__ = ["FunctionError", "Functions", "Invocation"]
