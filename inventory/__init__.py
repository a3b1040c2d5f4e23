"""Who has static credentials in an account, and which of them should not: a read-only look.

`python -m inventory` prints it; `take` returns it.
"""

from inventory.errors import InventoryError
from inventory.finding import Finding, Kind
from inventory.inventory import Inventory, take

__all__ = ["Finding", "Inventory", "InventoryError", "Kind", "take"]
