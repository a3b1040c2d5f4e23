"""Why a declaration, or a request that is made of it, can't be used."""


class DeclarationError(ValueError):
    """A declaration that can't be used.

    Attributes:
        field: Path of the field, such as `issue.headers.Authorization`; empty for the whole.
        why: What is wrong with it, and what is allowed.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}" if field else why)
        self.field = field
        self.why = why


class FillingError(ValueError):
    """A value that does not fit where a template puts it. The error does not hold the value.

    Attributes:
        name: Name of the value, such as `secret.client_id`.
        why: What is wrong with it.
    """

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name = name
        self.why = why
