"""How one setting is declared: its default, its meaning, what is allowed, and why."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails

_REQUIRED = ...


class Group(BaseModel):
    """A frozen group of settings that knows no other fields than its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def setting(default: object = _REQUIRED, *, meaning: str, allowed: str, control: str = "") -> Any:  # noqa: ANN401 - takes the place of a default of any type, as pydantic's Field does
    """Declare a setting.

    Args:
        default: The value when a team sets nothing. Without it the setting is required.
        meaning: What the setting decides, with its unit.
        allowed: The values that are accepted, as an error message and the reference name them.
        control: The security control that the default satisfies, for example `RDS.23`.
    """
    return Field(
        default,
        description=meaning,
        validate_default=True,
        json_schema_extra={"allowed": allowed, "control": control},
    )


def refused(*at: str, value: object, why: Exception) -> ValidationError:
    """An error for a validator to raise about a setting further below than its own.

    Args:
        at: The names that lead there from the validator's setting.
        value: What it is set to.
        why: What is wrong with it.
    """
    detail = InitErrorDetails(type="value_error", loc=at, input=value, ctx={"error": why})
    return ValidationError.from_exception_data(".".join(at), [detail])


def note(field: FieldInfo, key: str) -> str:
    """Read back what `setting` noted beside a field.

    Args:
        field: A field declared with `setting`.
        key: `allowed` or `control`.
    """
    extra = field.json_schema_extra
    return str(extra.get(key, "")) if isinstance(extra, dict) else ""
