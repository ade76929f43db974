"""Action items as rows."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field

from corpus.records import Record as ActionItem
from service.schemas.base import Model, Period
from service.schemas.filters import Filter

MAX_CONTAINS = 200


class Record(Model):
    """An action item; what its plan does not say is null or empty. `fields` has all it says, by the plan's own headers."""

    document: str
    number: str | None
    group: str | None
    text: str
    lead: list[str]
    status: str | None
    priority_area: str | None
    deadline: str | None
    fields: dict[str, str]
    period: Period
    passage_id: str
    recognised: bool = Field(
        False, description="read off a picture of its page by character recognition: letters may be wrong"
    )

    @classmethod
    def of(cls, record: ActionItem) -> Self:
        return cls(
            document=record.passage.document.id,
            number=record.number,
            group=record.group,
            text=record.text,
            lead=list(record.lead),
            status=record.status,
            priority_area=record.priority_area,
            deadline=record.deadline,
            fields=dict(record.fields),
            period=record.passage.document.period,
            passage_id=record.passage.id,
            recognised=record.passage.recognised,
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The fields that the plan itself fills."""
        return (self.text, self.number or "", self.group or "", *self.lead, *self.fields.values())


class Records(Model):
    """The action items that pass the filter, in the order of the documents."""

    records: list[Record]
    total: int


SortKey = Literal[
    "document", "number", "group", "text", "lead", "status", "priority_area", "deadline", "period", "passage_id",
    "-document", "-number", "-group", "-text", "-lead", "-status", "-priority_area", "-deadline", "-period",
    "-passage_id",
]  # fmt: skip
Format = Literal["json", "csv", "xlsx"]


def _separated(value: Any) -> Any:
    """`lead,-period` and repeated `sort` say the same."""
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list):
        return parts
    return [key for part in parts for key in (part.split(",") if isinstance(part, str) else [part])]


class RecordsQuery(Filter):
    """A filter, words to be contained, an order and a format; from an address, where all is text."""

    model_config = ConfigDict(strict=False)

    sort: Annotated[list[SortKey], BeforeValidator(_separated), Field(max_length=10)] = Field(
        default=[], description="columns, the most important first; - before one turns it round"
    )
    contains: str = Field(
        "", max_length=MAX_CONTAINS, description="words that stand so in some field of the item, in any case"
    )
    format: Format = Field("json", description="csv and xlsx come as files")

    def filter(self) -> Filter:
        """The filter alone."""
        return Filter(**{name: getattr(self, name) for name in Filter.model_fields})
