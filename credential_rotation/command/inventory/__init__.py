"""Who has static credentials in an account, and which of them should not: a read-only look.

`credential-rotation inventory` prints it; `take` returns it.
"""

from credential_rotation.command.inventory.errors import InventoryError
from credential_rotation.command.inventory.finding import Finding, Kind
from credential_rotation.command.inventory.inventory import Inventory, take

__all__ = ["Finding", "Inventory", "InventoryError", "Kind", "take"]
