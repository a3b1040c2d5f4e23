"""What can go wrong on this machine, told so that a newcomer can act on it.

LocalError
├── … of the local AWS, in the modules that raise them
└── DatabaseError (local.database_errors)
"""


class LocalError(Exception):
    """Something on this machine is missing, taken, full or broken.

    Its text is one line: what happened, why, and what to do.

    Attributes:
        what: What happened.
        why: The cause as far as it is known.
        remedy: What the reader can do about it.
    """

    def __init__(self, what: str, *, why: str, remedy: str) -> None:
        super().__init__(f"{what}: {why}. {remedy}")
        self.what = what
        self.why = why
        self.remedy = remedy
