"""The base of all models: bounded fields, and no unknown ones."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from corpus.types import PassageKind

MAX_QUESTION = 4_000
MAX_MESSAGES = 200
MAX_HISTORY = 100_000  # characters of an earlier message
MAX_TEXT = 1_000_000  # characters of any string; a passage is far shorter
MAX_ENTRIES = 1_000  # headings above a passage, columns of its row


def as_list(value: Any) -> Any:
    """A single string stands for a list of one."""
    return [value] if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    """In JSON, 1.0 is the integer 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Text = Annotated[str, Field(min_length=1, max_length=300)]
Several = Annotated[list[Text], Field(max_length=100)]
Values = Annotated[Several, BeforeValidator(as_list, json_schema_input_type=Text | Several)]
Kinds = Annotated[list[PassageKind], Field(max_length=5)]
Whole = Annotated[int, BeforeValidator(_whole)]
Year = Annotated[int, Field(ge=1900, le=2200)]
# a list over HTTP; described without `prefixItems`, which few clients know
Period = Annotated[
    tuple[Whole, Whole],
    Field(strict=False),
    WithJsonSchema({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Sent(BaseModel):
    """The base of all models: known fields only, bounded strings, no conversion of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=MAX_TEXT, strict=True)

    @classmethod
    def of(cls, record: Any) -> Self:
        """From a record of the service or the index that has the same fields."""
        return cls.model_validate(record, from_attributes=True, strict=False)


class Model(Sent):
    """The base of models that are received, too: JSON may write a whole number as 1.0."""

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, data: Any) -> Any:
        if isinstance(data, dict) and any(type(value) is float for value in data.values()):
            return {name: _whole(value) for name, value in data.items()}
        return data
