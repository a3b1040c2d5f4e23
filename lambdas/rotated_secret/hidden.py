"""What must not show up anywhere by accident."""

from typing import Generic, NoReturn, Self, TypeVar

T = TypeVar("T")


class Hidden(Generic[T]):
    """Holds something secret: it can't be printed, logged as JSON, pickled or copied.

    It is no dataclass on purpose: serializers take the fields of these apart.
    """

    __slots__ = ("_content",)

    def __init__(self, content: T) -> None:
        """Hides it.

        Args:
            content: What to hide.
        """
        self._content = content

    def reveal(self) -> T:
        """The content itself; call it where it is used, and nowhere else."""
        return self._content

    def __repr__(self) -> str:
        return "********"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A credential can't be pickled, which would write its password in the clear."
            " Hand over the secret's id, and make a RotatedSecret where it is used"
        )
