"""Database products on the bench, one module each."""

from collections.abc import Mapping

from tests.faults.subject import Subject
from tests.faults.subjects.mysql import MariaDBSubject, MySQLSubject
from tests.faults.subjects.postgresql import PostgreSQLSubject

SUBJECTS: Mapping[str, type[Subject]] = {
    subject.engine: subject for subject in (PostgreSQLSubject, MariaDBSubject, MySQLSubject)
}
"""By the name of the engine."""
