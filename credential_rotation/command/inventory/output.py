"""An inventory, for people and for programs."""

import dataclasses
import json

from rich import box
from rich.console import Console
from rich.table import Table

from credential_rotation.command.inventory.inventory import Inventory


def as_json(inventory: Inventory) -> str:
    """Write an inventory as one JSON object; times are ISO 8601."""
    return json.dumps(dataclasses.asdict(inventory), default=lambda time: time.isoformat())


def show(console: Console, inventory: Inventory) -> None:
    """Print an inventory as a table."""
    if inventory.findings:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        for heading in ("user", "finding", ""):
            table.add_column(heading, overflow="fold")
        for finding in inventory.findings:
            table.add_row(finding.user, finding.kind, finding.detail)
        console.print(table)
    if inventory.unreported:
        console.print(f"Newer than the report: {', '.join(inventory.unreported)}")
    console.print(
        f"inventory: {len(inventory.findings)} findings, {inventory.users} users, "
        f"as reported at {inventory.reported:%Y-%m-%d %H:%M} UTC"
    )
