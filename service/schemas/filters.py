"""The filter of searches, answers and action items."""

from collections.abc import Collection
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from corpus.types import PassageKind
from index.errors import FilterError
from index.passages import filters
from service.schemas.base import Kinds, Model, Values, Year, as_list


class Filter(Model):
    """Every field given must hold; within a list any value does. A single string stands for a list of one."""

    document: Values = Field(default=[], description="document ids")
    year_from: Year | None = Field(None, description="documents whose period reaches this year or later")
    year_to: Year | None = Field(None, description="documents whose period begins in this year or earlier")
    lead: Values = Field(default=[], description="leads; a joint lead matches each of its members")
    status: Values = Field(
        default=[], description="leading words of the status, such as Complete or For action"
    )
    kind: Annotated[Kinds, BeforeValidator(as_list, json_schema_input_type=PassageKind | Kinds)] = Field(
        default=[]
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise ValueError("year_from is later than year_to")
        return self

    def to_index(self, documents: Collection[str]) -> filters.Filter:
        """The filter for the index; raises `FilterError` for a document that is not among `documents`."""
        for id in self.document:
            if id not in documents:
                raise FilterError(
                    f"no document has the id {id!r}",
                    where="filter.document",
                    remedy=f"use one of {', '.join(documents)}",
                )
        return filters.Filter(
            tuple(self.document),
            self.year_from,
            self.year_to,
            tuple(self.lead),
            tuple(self.status),
            tuple(self.kind),
        )
