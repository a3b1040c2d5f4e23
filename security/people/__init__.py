"""The proof of the stack for people: who may take which role on, and what they do with it.

It is held against the policies of both stacks, because secrets and keys have a say too.
"""

from security.people.attacks import attacks
from security.people.purposes import purposes
from security.people.staff import Staff

__all__ = ["Staff", "attacks", "purposes"]
