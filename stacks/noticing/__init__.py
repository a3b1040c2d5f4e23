"""What rings when something is wrong, and the page that answers whether everything rotates."""

from stacks.noticing.noticing import Noticing

__all__ = ["Noticing"]
