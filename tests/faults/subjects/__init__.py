"""Database products on the bench, one module each."""

from collections.abc import Mapping

from tests.faults.subject import Subject
from tests.faults.subjects.postgresql import PostgreSQLSubject

SUBJECTS: Mapping[str, type[Subject]] = {"postgres": PostgreSQLSubject}
"""By the name of the engine."""
