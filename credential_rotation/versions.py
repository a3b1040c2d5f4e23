"""Versions of a product that a new server may have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Versions:
    """Versions of a product, as RDS writes them.

    Attributes:
        default: The one of a server that asks for none: a major version, so that AWS brings the
            minor ones.
        pattern: Matches those that are known; the group `major` is the major version, and `minor`
            a number, if it is there.
        allowed: The same in words.
        oldest: The lowest minor version that does, by the major version.
        lacking: What a lower one lacks, with {version} for the lowest that has it.
        majors_listed: Whether the lists of versions that validators have know major versions.
    """

    default: str
    pattern: str
    allowed: str
    oldest: Mapping[str, int] = field(default_factory=dict)
    lacking: str = ""
    majors_listed: bool = True

    def accept(self, version: str) -> None:
        """Accept a version.

        Raises:
            ValueError: It is not known, or lacks something.
        """
        found = re.fullmatch(self.pattern, version)
        if not found:
            raise ValueError("the product has no such version that is supported here")
        major, minor = found["major"], found["minor"]
        if minor and int(minor) < self.oldest.get(major, 0):
            raise ValueError(self.lacking.format(version=f"{major}.{self.oldest[major]}"))

    def major(self, version: str) -> str:
        """The major part of a version."""
        found = re.fullmatch(self.pattern, version)
        return found["major"] if found else version
